/// Takes nodes out of a ring and puts others in; buckets without a difference are shared.
struct RingMerge {
    /// Nodes in a bucket on average; it may become half or twice as full before the buckets are cut anew.
    private static let fill = 128

    private let ring: HashRing
    /// Sorted, every one of them in the ring.
    private let removals: [RingPoint]
    /// Sorted.
    private let additions: [RingPoint]
    private var removed = 0
    private var added = 0
    private var merged: [RingPoint] = []

    init(ring: HashRing, removals: [RingPoint], additions: [RingPoint]) {
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
        retired.append(RetiredMemory(ring.buckets))
        if isCutAnew {
            retired.append(RetiredMemory(ring.buckets.indices.map { ring.buckets[$0] }))
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
        for number in ring.buckets.indices {
            let old = ring.buckets[number]
            let isTouched =
                removed < removals.count && Int(removals[removed].key >> ring.shift) == number
                || added < additions.count && Int(additions[added].key >> ring.shift) == number
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
        merged += additions[added...]
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
        for index in old.indices {
            let node = old[index]
            if removed < removals.count, removals[removed].key == node.key,
                removals[removed].server == node.server
            {
                removed += 1
                continue
            }
            while added < additions.count, precedes(additions[added], node) {
                merged.append(additions[added])
                added += 1
            }
            merged.append(node)
        }
        while added < additions.count, Int(additions[added].key >> ring.shift) == number {
            merged.append(additions[added])
            added += 1
        }
    }
}
