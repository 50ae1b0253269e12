import Simulation
import Testing

@testable import Proxy

@Suite struct LoadBoundTests {
    private func pick(_ backend: BackendSnapshot, _ key: UInt32, loads: [Int]) -> Int {
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 1)
        return balancer.pick(
            backend: 0,
            backend,
            key: HashKey(key),
            inFlight: { loads[Int($0)] },
            using: &generator
        )
    }

    @Test func `a server with more than its share passes requests on`() {
        var backend = BalancingFixture().backend(.consistentHash, weights: [1, 1, 1])
        let own = pick(backend, 12_345, loads: [0, 0, 0])
        var loads = [1, 1, 1]
        loads[own] = 9
        #expect(pick(backend, 12_345, loads: loads) == own)
        backend.balanceFactor = 150
        #expect(pick(backend, 12_345, loads: loads) != own)
        #expect(pick(backend, 12_345, loads: [3, 3, 3]) == own)
    }

    @Test func `hash-preserve-affinity maxconn leaves a full server`() {
        var backend = BalancingFixture().backend(
            .consistentHash,
            weights: [1, 1, 1],
            maxconns: [2, 2, 2]
        )
        let own = pick(backend, 99, loads: [0, 0, 0])
        var loads = [0, 0, 0]
        loads[own] = 2
        #expect(pick(backend, 99, loads: loads) == own)
        backend.rehashesFullServers = true
        #expect(pick(backend, 99, loads: loads) != own)
    }
}
