/// The server whose ring node is closest to a key, before or after it (`chash_get_server_hash`, HAProxy 2.6).
enum ConsistentHash {
    static func pick(_ request: BalancingRequest, key: HashKey) -> Int {
        let ring = request.backend.ring
        precondition(!ring.isEmpty, "a backend with servers has a ring; see RingBuilder")
        let after = firstIndex(in: ring, notBelow: key.value)
        let next = after < ring.count ? after : 0
        let previous = next == 0 ? ring.count - 1 : next - 1
        // Distances wrap around with the 32-bit circle; at equal distance HAProxy takes the one before.
        let isPreviousCloser = key.value &- ring[previous].key <= ring[next].key &- key.value
        var place = isPreviousCloser ? previous : next
        var visited = 0
        while Int(ring[place].server) == request.avoided, visited < ring.count {
            place = place + 1 < ring.count ? place + 1 : 0
            visited += 1
        }
        return Int(ring[place].server)
    }

    /// Binary search; `ring.count` when every key is below.
    private static func firstIndex(in ring: RawArray<RingPoint>, notBelow key: UInt32) -> Int {
        var low = 0
        var high = ring.count
        while low < high {
            let middle = (low + high) / 2
            if ring[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
