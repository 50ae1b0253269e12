/// Answer times by size, in buckets at most 3 % wide: small enough to publish every few milliseconds.
package struct LatencyHistogram: Sendable, Equatable {
    /// Buckets for each doubling.
    private static let grain = 32
    private static let doublings = 24

    private var counts = [Int](repeating: 0, count: grain * doublings)
    package private(set) var total = 0

    package init() {}

    /// Adds one time in microseconds.
    package mutating func record(_ microseconds: Int) {
        counts[Self.bucket(of: max(0, microseconds))] += 1
        total += 1
    }

    /// What was added after `earlier` was taken.
    package func since(_ earlier: LatencyHistogram) -> LatencyHistogram {
        var difference = self
        for index in counts.indices { difference.counts[index] -= earlier.counts[index] }
        difference.total -= earlier.total
        return difference
    }

    /// The time in microseconds that `fraction` of the requests did not exceed: the end of its bucket.
    package func quantile(_ fraction: Double) -> Int {
        let rank = Int(Double(total) * fraction)
        var seen = 0
        for index in counts.indices {
            seen += counts[index]
            if seen > rank { return Self.upperBound(of: index) }
        }
        return total == 0 ? 0 : Self.upperBound(of: counts.count - 1)
    }

    private static func bucket(of value: Int) -> Int {
        guard value >= grain else { return value }
        let exponent = Int.bitWidth - 1 - value.leadingZeroBitCount
        let step = exponent - (grain.trailingZeroBitCount - 1) - 1
        let index = (step + 1) * grain + (value >> step) - grain
        return min(index, grain * doublings - 1)
    }

    private static func upperBound(of index: Int) -> Int {
        guard index >= grain else { return index }
        let step = index / grain - 1
        return ((index % grain + grain + 1) << step) - 1
    }
}
