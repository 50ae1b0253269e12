import Simulation
import Testing

@testable import Proxy

@Suite struct LeastConnectionsTests {
    private let fixture = BalancingFixture()

    @Test func `leastconn takes the least loaded for its weight and equals in turn`() {
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 1)
        let loads = [4, 3, 8]
        let three = fixture.backend(.leastConnections, weights: [1, 1, 10])
        let index = balancer.pick(
            backend: 0,
            three,
            key: .none,
            inFlight: { loads[Int($0)] },
            using: &generator
        )
        #expect(index == 2)
        #expect(
            fixture.counts(fixture.backend(.leastConnections, weights: [1, 5, 1]), picks: 9) == [
                3, 3, 3,
            ]
        )
    }
}
