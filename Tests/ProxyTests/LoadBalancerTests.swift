import Simulation
import Testing

@testable import Proxy

@Suite struct LoadBalancerTests {
    /// A backend of servers with these weights and limits; slots count from 0.
    private func backend(
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
            _ = ring.update(to: weights.enumerated().map { .init(id: $0 + 1, weight: $1) })
            let places = weights.indices.map { ($0 + 1, UInt32($0)) }
            snapshot.ring = ring.points(places: Dictionary(uniqueKeysWithValues: places))
        }
        return snapshot
    }

    /// How often each server is picked when nothing is in flight.
    private func counts(_ backend: BackendSnapshot, picks: Int, seed: UInt64 = 1) -> [Int] {
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: seed)
        var counts = [Int](repeating: 0, count: backend.servers.count)
        for _ in 0..<picks {
            let index = balancer.pick(backend: 0, backend, key: .none, inFlight: { _ in 0 }, using: &generator)
            counts[index] += 1
        }
        return counts
    }

    @Test(arguments: [Algorithm.roundRobin, .leastConnections, .random, .first, .consistentHash])
    func `an empty backend has no server and a single server is always taken`(algorithm: Algorithm) {
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 1)
        let none = balancer.pick(
            backend: 3, backend(algorithm, weights: []), key: HashKey(5), inFlight: { _ in 0 }, using: &generator)
        let only = balancer.pick(
            backend: 3, backend(algorithm, weights: [1]), key: HashKey(5), inFlight: { _ in 9 }, using: &generator)
        #expect(none == -1 && only == 0)
    }

    @Test func `round robin gives equal weights equal turns in order`() {
        #expect(counts(backend(.roundRobin, weights: [1, 1, 1]), picks: 30) == [10, 10, 10])
    }

    @Test(arguments: [[1, 2, 3], [100, 1], [256, 255, 1], [10, 10, 20, 60]])
    func `round robin follows weights exactly over a whole cycle`(weights: [Int]) {
        let cycles = 20
        let total = weights.reduce(0, +)
        let found = counts(backend(.roundRobin, weights: weights), picks: total * cycles)
        for (count, weight) in zip(found, weights) { #expect(abs(count - weight * cycles) <= 1) }
    }

    @Test(arguments: Seed.runs(10))
    func `random follows weights`(seed: Seed) {
        let found = counts(backend(.random, weights: [10, 30, 60]), picks: 20_000, seed: seed.value)
        // Two draws with nothing in flight keep the first, so shares are the weights'.
        for (count, weight) in zip(found, [10, 30, 60]) { #expect(abs(count - weight * 200) < 700) }
    }

    @Test func `random prefers the less loaded of its draws`() {
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 2)
        var busy = 0
        let two = backend(.random, weights: [1, 1])
        for _ in 0..<1000 {
            let index = balancer.pick(
                backend: 0, two, key: .none, inFlight: { $0 == 0 ? 50 : 0 }, using: &generator)
            if index == 0 { busy += 1 }
        }
        #expect((180...320).contains(busy))
    }

    @Test func `leastconn takes the least loaded for its weight and equals in turn`() {
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 1)
        let loads = [4, 3, 8]
        let three = backend(.leastConnections, weights: [1, 1, 10])
        let index = balancer.pick(backend: 0, three, key: .none, inFlight: { loads[Int($0)] }, using: &generator)
        #expect(index == 2)
        #expect(counts(backend(.leastConnections, weights: [1, 5, 1]), picks: 9) == [3, 3, 3])
    }

    @Test func `first fills the first server before the next`() {
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 1)
        let three = backend(.first, weights: [1, 1, 1], maxconns: [2, 2, 0])
        var loads = [0, 0, 0]
        var order: [Int] = []
        for _ in 0..<6 {
            let index = balancer.pick(backend: 0, three, key: .none, inFlight: { loads[Int($0)] }, using: &generator)
            loads[index] += 1
            order.append(index)
        }
        #expect(order == [0, 0, 1, 1, 2, 2])
    }

    @Test(arguments: [Algorithm.roundRobin, .leastConnections, .random])
    func `full servers are left out while another has room`(algorithm: Algorithm) {
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 3)
        let four = backend(algorithm, weights: [9, 9, 1, 9], maxconns: [1, 1, 5, 1])
        for _ in 0..<50 {
            let index = balancer.pick(backend: 0, four, key: .none, inFlight: { _ in 1 }, using: &generator)
            #expect(index == 2)
        }
        let anyway = balancer.pick(backend: 0, four, key: .none, inFlight: { _ in 9 }, using: &generator)
        #expect((0..<4).contains(anyway))
    }

    @Test(arguments: [Algorithm.roundRobin, .leastConnections, .random, .first, .consistentHash])
    func `a server to avoid is taken only when there is no other`(algorithm: Algorithm) {
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 4)
        let two = backend(algorithm, weights: [5, 1])
        for key in 0..<40 as Range<UInt32> {
            let index = balancer.pick(
                backend: 0, two, key: HashKey(key &* 0x9e37_79b9), avoiding: 0, inFlight: { _ in 0 }, using: &generator)
            #expect(index == 1)
        }
    }

    @Test func `a rebuild of the backend keeps shares fair`() {
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 5)
        var counts = [0, 0, 0]
        for generation in 1...3000 as ClosedRange<UInt64> {
            let changed = backend(.roundRobin, weights: [1, 2, 3], generation: generation)
            let index = balancer.pick(backend: 0, changed, key: .none, inFlight: { _ in 0 }, using: &generator)
            counts[index] += 1
            changed.servers.free()
        }
        for count in counts { #expect(count > 300) }
    }

    @Test(arguments: Seed.runs(30))
    func `consistent hashing finds the closest node as a search over all of them does`(seed: Seed) {
        var generator = seed.generator
        let weights = (0..<Int.random(in: 2...6, using: &generator)).map { _ in Int.random(in: 1...4, using: &generator) }
        let snapshot = backend(.consistentHash, weights: weights)
        var balancer = LoadBalancer()
        for _ in 0..<200 {
            let key = UInt32.random(in: .min ... .max, using: &generator)
            let found = balancer.pick(backend: 0, snapshot, key: HashKey(key), inFlight: { _ in 0 }, using: &generator)
            let distances = snapshot.ring.indices.map { index in
                min(key &- snapshot.ring[index].key, snapshot.ring[index].key &- key)
            }
            let closest = distances.min() ?? 0
            let winners = distances.indices.filter { distances[$0] == closest }.map { Int(snapshot.ring[$0].server) }
            #expect(winners.contains(found))
        }
    }

    @Test func `adding a server moves keys only to it`() {
        let before = backend(.consistentHash, weights: [5, 5, 5])
        let after = backend(.consistentHash, weights: [5, 5, 5, 5])
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 6)
        var moved = 0
        for number in 0..<4000 as Range<UInt32> {
            let key = HashKey(HashKey.fullHash(number))
            let old = balancer.pick(backend: 0, before, key: key, inFlight: { _ in 0 }, using: &generator)
            let new = balancer.pick(backend: 0, after, key: key, inFlight: { _ in 0 }, using: &generator)
            if old != new {
                moved += 1
                #expect(new == 3)
            }
        }
        #expect((600...1400).contains(moved))
    }
}
