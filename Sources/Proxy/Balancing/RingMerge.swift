/// Takes nodes out of a ring and puts others in; buckets without a difference are shared.
struct RingMerge {
    /// Nodes in a bucket on average; it may become half or twice as full before the buckets are cut anew.
    private static let fill = 128

    private let ring: HashRing
    /// So many nodes that the memory for sorting them should go back to the kernel.
    private static let bulk = 100_000

    /// Sorted, every one of them in the ring; key above, seat below.
    private let removals: [UInt64]
    /// Sorted.
    private let additions: [UInt64]
    private var removed = 0
    private var added = 0
    private var merged: [RingPoint] = []

    init(ring: HashRing, removals: [UInt64], additions: [UInt64]) {
        self.ring = ring
        self.removals = removals
        self.additions = additions
    }

    /// The new ring; adds what it no longer shares with the old one to `retired`.
    mutating func run(
        retired: inout [RetiredMemory],
        by precedes: (RingPoint, RingPoint) -> Bool
    ) -> HashRing {
        let count = ring.count + additions.count - removals.count
        let isCutAnew =
            ring.buckets.count < 2 || count > ring.buckets.count * Self.fill * 2
            || count * 4 < ring.buckets.count * Self.fill
        let made = isCutAnew ? cutAnew(count, precedes) : replaceBuckets(count, &retired, precedes)
        precondition(removed == removals.count, "every node that leaves was in the ring")
        let isBulk = additions.count + removals.count > Self.bulk
        retired.append(RetiredMemory(ring.buckets, isBulk: isBulk))
        if isCutAnew {
            let old = ring.buckets.indices.map { ring.buckets[$0] }
            retired.append(RetiredMemory(old))
        }
        return made
    }

    private mutating func replaceBuckets(
        _ count: Int,
        _ retired: inout [RetiredMemory],
        _ precedes: (RingPoint, RingPoint) -> Bool
    ) -> HashRing {
        var buckets: [RawArray<RingPoint>] = []
        var dead: [RawArray<RingPoint>] = []
        buckets.reserveCapacity(ring.buckets.count)
        let shift = UInt64(ring.shift) + 32
        for number in ring.buckets.indices {
            let old = ring.buckets[number]
            let isTouched =
                removed < removals.count && Int(removals[removed] >> shift) == number
                || added < additions.count && Int(additions[added] >> shift) == number
            guard isTouched else {
                buckets.append(old)
                continue
            }
            merged.removeAll(keepingCapacity: true)
            merge(old, upTo: number, precedes)
            dead.append(old)
            buckets.append(.make(merged))
        }
        retired.append(RetiredMemory(dead))
        return HashRing(buckets: .make(buckets), shift: ring.shift, count: count)
    }

    private mutating func cutAnew(
        _ count: Int,
        _ precedes: (RingPoint, RingPoint) -> Bool
    ) -> HashRing {
        merged.reserveCapacity(count)
        for number in ring.buckets.indices { merge(ring.buckets[number], upTo: number, precedes) }
        for word in additions[added...] { merged.append(RingPoint(word)) }
        added = additions.count
        var bits: UInt32 = 1
        while (Self.fill << Int(bits)) < count { bits += 1 }
        let shift = 32 - bits
        var buckets: [RawArray<RingPoint>] = []
        buckets.reserveCapacity(1 << Int(bits))
        var start = 0
        for number in 0..<1 << Int(bits) {
            var end = start
            while end < merged.count, Int(merged[end].key >> shift) == number { end += 1 }
            buckets.append(.make(merged[start..<end]))
            start = end
        }
        return HashRing(buckets: .make(buckets), shift: shift, count: count)
    }

    /// Appends the nodes of one old bucket, without those that leave, with those that come.
    private mutating func merge(
        _ old: RawArray<RingPoint>,
        upTo number: Int,
        _ precedes: (RingPoint, RingPoint) -> Bool
    ) {
        let shift = UInt64(ring.shift) + 32
        var start = 0
        while removed < removals.count, Int(removals[removed] >> shift) == number {
            let place = Self.place(of: RingPoint(removals[removed]), in: old, from: start, precedes)
            precondition(
                place < old.count && old[place].server == RingPoint(removals[removed]).server,
                "every node that leaves was in the ring"
            )
            mergeAdditions(into: old, start..<place, upTo: number, precedes)
            removed += 1
            start = place + 1
        }
        mergeAdditions(into: old, start..<old.count, upTo: number, precedes)
        // What comes behind the last node.
        while added < additions.count, Int(additions[added] >> shift) == number {
            merged.append(RingPoint(additions[added]))
            added += 1
        }
    }

    /// Appends a stretch of old nodes with the new ones that stand before some of them.
    private mutating func mergeAdditions(
        into old: RawArray<RingPoint>,
        _ range: Range<Int>,
        upTo number: Int,
        _ precedes: (RingPoint, RingPoint) -> Bool
    ) {
        var start = range.lowerBound
        while added < additions.count, start < range.upperBound {
            let point = RingPoint(additions[added])
            guard precedes(point, old[range.upperBound - 1]) else { break }
            let place = Self.place(of: point, in: old, from: start, precedes)
            old.append(start..<place, to: &merged)
            merged.append(point)
            added += 1
            start = place
        }
        old.append(start..<range.upperBound, to: &merged)
    }

    /// The first node from `start` on that does not precede a point.
    private static func place(
        of point: RingPoint,
        in nodes: RawArray<RingPoint>,
        from start: Int,
        _ precedes: (RingPoint, RingPoint) -> Bool
    ) -> Int {
        var low = start
        var high = nodes.count
        while low < high {
            let middle = (low &+ high) / 2
            if precedes(nodes[middle], point) { low = middle &+ 1 } else { high = middle }
        }
        return low
    }
}
