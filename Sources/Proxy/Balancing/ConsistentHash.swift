/// The server whose ring node is closest to a key, before or after it (`chash_get_server_hash`, HAProxy 2.6).
enum ConsistentHash {
    static func pick(
        _ request: BalancingRequest,
        key: HashKey,
        inFlight: (UInt32) -> Int = { _ in 0 }
    ) -> Int {
        let ring = Ring(nodes: request.backend.ring, places: request.backend.ringPlaces)
        precondition(!ring.nodes.isEmpty, "a backend with servers has a ring; see RingBuilder")
        let after = ring.nodes.position(notBelow: key.value)
        let next = ring.live(from: after, forward: true)
        let previous = ring.live(from: ring.nodes.position(before: after), forward: false)
        // Distances wrap around with the 32-bit circle; at equal distance HAProxy takes the one before.
        let isPreviousCloser =
            key.value &- ring.nodes[previous].key <= ring.nodes[next].key &- key.value
        var place = isPreviousCloser ? previous : next
        let bound = LoadBound(request.backend, inFlight: inFlight)
        for _ in 0..<ring.nodes.count {
            let server = ring.server(at: place)
            if server != request.avoided, bound.allows(server, request, inFlight: inFlight) {
                return server
            }
            place = ring.live(from: ring.nodes.position(after: place), forward: true)
        }
        return ring.server(at: place)
    }

    /// The sorted nodes and where their servers are.
    private struct Ring: BitwiseCopyable {
        let nodes: HashRing
        let places: RawArray<Int32>

        /// The server of a node, -1 when it left.
        @inline(__always)
        func server(at position: HashRing.Position) -> Int {
            Int(places[Int(nodes[position].server)])
        }

        /// The nearest node whose server is there, starting with the one given.
        @inline(__always)
        func live(from start: HashRing.Position, forward: Bool) -> HashRing.Position {
            var position = start
            for _ in 0..<nodes.count {
                if server(at: position) >= 0 { return position }
                position =
                    forward ? nodes.position(after: position) : nodes.position(before: position)
            }
            preconditionFailure("a backend with servers has a live node; see RingBuilder")
        }
    }
}
