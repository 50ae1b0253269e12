/// The server whose ring node is closest to a key, before or after it (`chash_get_server_hash`, HAProxy 2.6).
enum ConsistentHash {
    static func pick(_ request: BalancingRequest, key: HashKey) -> Int {
        let ring = Ring(points: request.backend.ring, places: request.backend.ringPlaces)
        precondition(!ring.points.isEmpty, "a backend with servers has a ring; see RingBuilder")
        let after = ring.firstIndex(notBelow: key.value)
        let next = ring.live(from: after < ring.points.count ? after : 0, forward: true)
        let previous = ring.live(
            from: after == 0 ? ring.points.count - 1 : after - 1,
            forward: false
        )
        // Distances wrap around with the 32-bit circle; at equal distance HAProxy takes the one before.
        let isPreviousCloser =
            key.value &- ring.points[previous].key <= ring.points[next].key &- key.value
        var place = isPreviousCloser ? previous : next
        var visited = 0
        while ring.server(at: place) == request.avoided, visited < ring.points.count {
            place = ring.live(from: place + 1 < ring.points.count ? place + 1 : 0, forward: true)
            visited += 1
        }
        return ring.server(at: place)
    }

    /// The sorted nodes and where their servers are.
    private struct Ring: BitwiseCopyable {
        let points: RawArray<RingPoint>
        let places: RawArray<Int32>

        /// The server of a node, -1 when it left.
        @inline(__always)
        func server(at index: Int) -> Int { Int(places[Int(points[index].server)]) }

        /// The nearest node whose server is there, starting with the one given.
        @inline(__always)
        func live(from start: Int, forward: Bool) -> Int {
            var index = start
            for _ in 0..<points.count {
                if server(at: index) >= 0 { return index }
                index += forward ? 1 : -1
                if index == points.count { index = 0 }
                if index < 0 { index = points.count - 1 }
            }
            preconditionFailure("a backend with servers has a live node; see RingBuilder")
        }

        /// Binary search; `points.count` when every key is below.
        func firstIndex(notBelow key: UInt32) -> Int {
            var low = 0
            var high = points.count
            while low < high {
                let middle = (low + high) / 2
                if points[middle].key < key { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }
}
