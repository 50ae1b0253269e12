import Simulation
import Testing

@testable import Proxy

@Suite struct FirstTests {
    private let fixture = BalancingFixture()

    @Test func `first fills the first server before the next`() {
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 1)
        let three = fixture.backend(.first, weights: [1, 1, 1], maxconns: [2, 2, 0])
        var loads = [0, 0, 0]
        var order: [Int] = []
        for _ in 0..<6 {
            let index = balancer.pick(
                backend: 0,
                three,
                key: .none,
                inFlight: { loads[Int($0)] },
                using: &generator
            )
            loads[index] += 1
            order.append(index)
        }
        #expect(order == [0, 0, 1, 1, 2, 2])
    }
}
