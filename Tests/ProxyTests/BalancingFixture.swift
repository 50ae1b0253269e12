import Simulation

@testable import Proxy

/// Backends to balance over, as snapshots.
struct BalancingFixture {
    /// A backend of servers with these weights and limits; slots count from 0.
    func backend(
        _ algorithm: Algorithm,
        weights: [Int],
        maxconns: [Int] = [],
        generation: UInt64 = 1
    ) -> BackendSnapshot {
        var snapshot = BackendSnapshot()
        snapshot.algorithm = algorithm
        snapshot.generation = generation
        snapshot.servers = .make(
            weights.enumerated().map { index, weight in
                var server = ServerSnapshot()
                server.slot = UInt32(index)
                server.weight = UInt16(weight)
                server.maxconn = UInt32(index < maxconns.count ? maxconns[index] : 0)
                return server
            }
        )
        snapshot.maxWeight = UInt16(weights.max() ?? 1)
        snapshot.hasEqualWeights = Set(weights).count <= 1
        if algorithm == .consistentHash {
            var ring = RingBuilder()
            for (place, weight) in weights.enumerated() {
                ring.place(seat: ring.seat(.init(id: place + 1, weight: weight)), at: place)
            }
            var retired: [RetiredMemory] = []
            _ = ring.rebuild(retired: &retired)
            snapshot.ring = ring.ring
            snapshot.ringPlaces = .make(ring.places)
        }
        return snapshot
    }

    /// How often each server is picked when nothing is in flight.
    func counts(_ backend: BackendSnapshot, picks: Int, seed: UInt64 = 1) -> [Int] {
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: seed)
        var counts = [Int](repeating: 0, count: backend.servers.count)
        for _ in 0..<picks {
            let index = balancer.pick(
                backend: 0,
                backend,
                key: .none,
                inFlight: { _ in 0 },
                using: &generator
            )
            counts[index] += 1
        }
        return counts
    }
}
