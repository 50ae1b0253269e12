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

    @Test func `among many servers the load stays even although nobody looks at all of them`() {
        let count = 1000
        let backend = fixture.backend(
            .leastConnections,
            weights: [Int](repeating: 10, count: count)
        )
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 7)
        var loads = [Int](repeating: 0, count: count)
        var open: [Int] = []
        for _ in 0..<20_000 {
            let index = balancer.pick(
                backend: 0,
                backend,
                key: .none,
                inFlight: { loads[Int($0)] },
                using: &generator
            )
            loads[index] += 1
            open.append(index)
            // Half of the requests stay: 5 a server in the end.
            if open.count > 5_000 {
                let done = Int.random(in: 0..<open.count, using: &generator)
                loads[open[done]] -= 1
                open.swapAt(done, open.count - 1)
                open.removeLast()
            }
        }
        #expect(loads.max() ?? 0 <= 6)
        #expect(loads.min() ?? 0 >= 3)
    }

    @Test func `a server that is full is left out of many, too`() {
        let backend = fixture.backend(
            .leastConnections,
            weights: [Int](repeating: 1, count: 100),
            maxconns: [Int](repeating: 1, count: 100)
        )
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 7)
        var loads = [Int](repeating: 0, count: 100)
        for _ in 0..<100 {
            let index = balancer.pick(
                backend: 0,
                backend,
                key: .none,
                inFlight: { loads[Int($0)] },
                using: &generator
            )
            loads[index] += 1
        }
        #expect(loads == [Int](repeating: 1, count: 100))
    }
}
