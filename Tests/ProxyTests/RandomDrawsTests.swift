import Simulation
import Testing

@testable import Proxy

@Suite struct RandomDrawsTests {
    private let fixture = BalancingFixture()

    @Test(arguments: Seed.runs(10))
    func `random follows weights`(seed: Seed) {
        let found = fixture.counts(
            fixture.backend(.random, weights: [10, 30, 60]),
            picks: 20_000,
            seed: seed.value
        )
        // Two draws with nothing in flight keep the first, so shares are the weights'.
        for (count, weight) in zip(found, [10, 30, 60]) { #expect(abs(count - weight * 200) < 700) }
    }

    @Test func `random prefers the less loaded of its draws`() {
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 2)
        var busy = 0
        let two = fixture.backend(.random, weights: [1, 1])
        for _ in 0..<1000 {
            let index = balancer.pick(
                backend: 0,
                two,
                key: .none,
                inFlight: { $0 == 0 ? 50 : 0 },
                using: &generator
            )
            if index == 0 { busy += 1 }
        }
        #expect((180...320).contains(busy))
    }
}
