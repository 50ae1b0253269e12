import Simulation
import Testing

@testable import Proxy

@Suite struct ServerMapTests {
    @Test func `equal weights follow the order of declaration`() {
        #expect(ServerMap.places([1, 1, 1]) == [0, 1, 2])
        #expect(ServerMap.places([]) == [])
        #expect(ServerMap.places([7, 0]).count == 7)
    }

    @Test func `every server stands in the table as often as it weighs`() {
        let places = ServerMap.places([3, 1, 2])
        #expect((0..<3).map { index in places.count { $0 == Int32(index) } } == [3, 1, 2])
        #expect(places.first == 0)
    }

    @Test func `static-rr walks the table and leaves out who is full`() {
        var backend = BalancingFixture().backend(.staticRoundRobin, weights: [20, 10, 10])
        backend.weightDivisor = 10
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 1)
        var picks: [Int] = []
        for _ in 0..<8 {
            picks.append(
                balancer.pick(
                    backend: 0,
                    backend,
                    key: .none,
                    inFlight: { _ in 0 },
                    using: &generator
                )
            )
        }
        #expect(picks == ServerMap.places([2, 1, 1]).map(Int.init) + picks.prefix(4))
    }

    @Test func `a key belongs to its slot of the table`() {
        let backend = BalancingFixture().backend(.mapHash, weights: [1, 1, 1])
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 1)
        for key in 0..<9 as Range<UInt32> {
            let index = balancer.pick(
                backend: 0,
                backend,
                key: HashKey(key),
                inFlight: { _ in 0 },
                using: &generator
            )
            #expect(index == Int(key) % 3)
        }
    }
}
