/// Makes a ring of very many nodes from nothing, touching each byte of memory as seldom as can be.
///
/// Sorting all nodes at once takes three times the memory of the ring, and on a server most of the time goes into
/// getting that memory (measured: over half of it). Here the ring is made from its beginning to its end.
struct RingRemake {
    /// Nodes in a bucket on average.
    private static let fill = 128
    /// Buckets that are made at once: their nodes fit into a cache.
    private static let bucketBits = 6
    /// With fewer nodes than these merging is as good.
    static let least = 32_768

    /// By seat; weight 0 for none.
    let servers: [RingBuilder.Member]

    /// The ring; `precedes` orders nodes with equal keys.
    func run(by precedes: (RingPoint, RingPoint) -> Bool) -> HashRing {
        let count = servers.reduce(0) { $0 + $1.nodeCount }
        guard count > 0 else { return .empty }
        var bits = 1
        while Self.fill << bits < count { bits += 1 }
        var pieces = KeyPartition(bits: max(1, bits - Self.bucketBits), count: count)
        for (seat, server) in servers.enumerated() where server.nodeCount > 0 {
            Self.deal(server, seat, to: &pieces)
        }
        let shift = UInt32(32 - bits)
        var buckets: [RawArray<RingPoint>] = []
        buckets.reserveCapacity(1 << bits)
        var words: [UInt64] = []
        var spare: [UInt64] = []
        let perPiece = (1 << bits) / pieces.pieceCount
        for piece in 0..<pieces.pieceCount {
            pieces.take(piece, into: &words, spare: &spare)
            Self.settle(&words, by: precedes)
            Self.cut(words, piece * perPiece..<(piece + 1) * perPiece, shift, into: &buckets)
        }
        return HashRing(buckets: .make(buckets), shift: shift, count: count)
    }

    /// Makes buckets of sorted words.
    private static func cut(
        _ words: [UInt64],
        _ numbers: Range<Int>,
        _ shift: UInt32,
        into buckets: inout [RawArray<RingPoint>]
    ) {
        let words = words.span
        let shift = UInt64(shift) + 32
        var start = 0
        for number in numbers {
            var end = start
            while end < words.count, Int(words[end] >> shift) == number { end += 1 }
            buckets.append(.make(count: end - start) { RingPoint(words[start + $0]) })
            start = end
        }
    }

    /// Hashes sixteen nodes at once: a unit of weight.
    private static func deal(
        _ server: RingBuilder.Member,
        _ seat: Int,
        to pieces: inout KeyPartition
    ) {
        let low = UInt64(seat)
        var node = 0
        while node + 16 <= server.nodeCount {
            let first = server.base &+ UInt32(truncatingIfNeeded: node)
            let keys = HashKey.fullHash(of16From: first)
            for lane in 0..<16 { pieces.put(UInt64(keys[lane]) << 32 | low) }
            node += 16
        }
        // What a server has that starts slowly.
        for node in node..<server.nodeCount {
            pieces.put(UInt64(RingBuilder.key(base: server.base, node: node)) << 32 | low)
        }
    }

    /// Puts words with equal keys into their order.
    private static func settle(
        _ words: inout [UInt64],
        by precedes: (RingPoint, RingPoint) -> Bool
    ) {
        for index in equalKeys(words.span) {
            var place = index
            while place > 0, precedes(RingPoint(words[place]), RingPoint(words[place - 1])) {
                words.swapAt(place, place - 1)
                place -= 1
            }
        }
    }

    /// Where keys stand that are equal to the ones before them.
    private static func equalKeys(_ words: Span<UInt64>) -> [Int] {
        var places: [Int] = []
        guard words.count > 1 else { return places }
        var last = words[0] >> 32
        for index in 1..<words.count {
            let key = words[index] >> 32
            if key == last { places.append(index) }
            last = key
        }
        return places
    }
}
