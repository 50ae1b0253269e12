/// The nodes of a consistent-hash ring as workers read them: sorted by key, in buckets by the key's high bits.
///
/// A change replaces the buckets it touches and the directory; the others are shared with the ring before.
package struct HashRing: BitwiseCopyable {
    /// One node's place.
    struct Position: BitwiseCopyable, Equatable {
        var bucket: Int
        var index: Int
    }

    /// A power of two of them; keys are hashes, so they are about equally full.
    let buckets: RawArray<RawArray<RingPoint>>
    /// How far a key is shifted to give its bucket.
    let shift: UInt32
    package let count: Int

    package static var empty: HashRing { HashRing(buckets: .empty, shift: 31, count: 0) }

    package var isEmpty: Bool { count == 0 }

    /// Every node, by key; a copy, for who looks at a ring from outside.
    package var points: [RingPoint] {
        buckets.indices.flatMap { number in
            buckets[number].indices.map { buckets[number][$0] }
        }
    }

    @inline(__always)
    subscript(position: Position) -> RingPoint { buckets[position.bucket][position.index] }

    /// The first node whose key is not below `key`; the first of all when every key is.
    @inline(__always)
    func position(notBelow key: UInt32) -> Position {
        let number = Int(key &>> shift)
        let bucket = buckets[number]
        var low = 0
        var high = bucket.count
        while low < high {
            let middle = (low &+ high) / 2
            if bucket[middle].key < key { low = middle &+ 1 } else { high = middle }
        }
        let position = Position(bucket: number, index: low)
        return low < bucket.count ? position : start(after: number)
    }

    /// The next node; the first of all after the last.
    @inline(__always)
    func position(after position: Position) -> Position {
        let next = Position(bucket: position.bucket, index: position.index &+ 1)
        return next.index < buckets[next.bucket].count ? next : start(after: next.bucket)
    }

    /// The node before; the last of all before the first.
    @inline(__always)
    func position(before position: Position) -> Position {
        if position.index > 0 {
            return Position(bucket: position.bucket, index: position.index &- 1)
        }
        var number = position.bucket
        for _ in buckets.indices {
            number = number > 0 ? number &- 1 : buckets.count &- 1
            let count = buckets[number].count
            if count > 0 { return Position(bucket: number, index: count &- 1) }
        }
        preconditionFailure("a ring with nodes has a bucket that is not empty")
    }

    private func start(after bucket: Int) -> Position {
        var number = bucket
        for _ in buckets.indices {
            number = number &+ 1 < buckets.count ? number &+ 1 : 0
            if !buckets[number].isEmpty { return Position(bucket: number, index: 0) }
        }
        preconditionFailure("a ring with nodes has a bucket that is not empty")
    }

    /// Every node in order.
    var nodes: [RingPoint] {
        var nodes: [RingPoint] = []
        nodes.reserveCapacity(count)
        for bucket in buckets.indices { buckets[bucket].append(to: &nodes) }
        return nodes
    }

    /// Gives everything back; the caller proves that no reader holds this ring or one that shares with it.
    func free() {
        for index in buckets.indices { buckets[index].free() }
        buckets.free()
    }
}
