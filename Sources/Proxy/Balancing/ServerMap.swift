/// The table of a static algorithm: each usable server as often as its weight says (`recalc_server_map`, HAProxy 2.6).
///
/// A worker builds it for itself when the backend's snapshot changed; `static-rr` walks it and map-based
/// hashing indexes it.
struct ServerMap {
    private var generation = UInt64.max
    /// Indices in the snapshot's `servers`.
    private(set) var places: [Int32] = []
    private var next = 0

    init() {}

    /// Follows the snapshot.
    mutating func follow(_ backend: BackendSnapshot) {
        guard generation != backend.generation else { return }
        generation = backend.generation
        let divisor = max(1, Int(backend.weightDivisor))
        let weights = backend.servers.indices.map { index in
            (Int(backend.servers[index].weight) + divisor - 1) / divisor
        }
        places = Self.places(weights)
    }

    /// Spreads each server over the table; at equal scores the one declared first comes first.
    static func places(_ weights: [Int]) -> [Int32] {
        let total = weights.reduce(0, +)
        guard total > 1 else { return weights.isEmpty ? [] : [0] }
        var scores = weights.map { _ in 0 }
        var places: [Int32] = []
        places.reserveCapacity(total)
        for _ in 0..<total {
            var best = 0
            var most = Int.min
            for index in weights.indices {
                scores[index] += weights[index]
                let value = (scores[index] + total) / total
                if value > most {
                    most = value
                    best = index
                }
            }
            places.append(Int32(best))
            scores[best] -= total
        }
        return places
    }

    /// The server a key belongs to (`map_get_server_hash`).
    func server(for key: HashKey) -> Int { Int(places[Int(key.value) % places.count]) }

    /// The next server in turn that has room; the avoided one only when no other has (`map_get_server_rr`).
    mutating func takeTurn(_ request: BalancingRequest, inFlight: (UInt32) -> Int) -> Int {
        if next >= places.count { next = 0 }
        var index = next
        for _ in 0..<places.count {
            let server = Int(places[index])
            index = index + 1 == places.count ? 0 : index + 1
            if request.hasRoom(server, inFlight: inFlight) {
                next = index
                return server
            }
        }
        let start = Int(places[next])
        next = index
        return request.anyServer(from: start, inFlight: inFlight)
    }
}
