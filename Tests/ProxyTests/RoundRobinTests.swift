import Simulation
import Testing

@testable import Proxy

@Suite struct RoundRobinTests {
    private let fixture = BalancingFixture()

    @Test func `round robin gives equal weights equal turns in order`() {
        #expect(
            fixture.counts(fixture.backend(.roundRobin, weights: [1, 1, 1]), picks: 30) == [
                10, 10, 10,
            ]
        )
    }

    @Test(arguments: [[1, 2, 3], [100, 1], [256, 255, 1], [10, 10, 20, 60]])
    func `round robin follows weights exactly over a whole cycle`(weights: [Int]) {
        let cycles = 20
        let total = weights.reduce(0, +)
        let found = fixture.counts(
            fixture.backend(.roundRobin, weights: weights),
            picks: total * cycles
        )
        for (count, weight) in zip(found, weights) { #expect(abs(count - weight * cycles) <= 1) }
    }

    @Test func `a rebuild of the backend keeps shares fair`() {
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 5)
        var counts = [0, 0, 0]
        for generation in 1...3000 as ClosedRange<UInt64> {
            let changed = fixture.backend(.roundRobin, weights: [1, 2, 3], generation: generation)
            let index = balancer.pick(
                backend: 0,
                changed,
                key: .none,
                inFlight: { _ in 0 },
                using: &generator
            )
            counts[index] += 1
            changed.servers.free()
        }
        for count in counts { #expect(count > 300) }
    }
}
