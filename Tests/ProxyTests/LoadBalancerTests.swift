import Simulation
import Testing

@testable import Proxy

@Suite struct LoadBalancerTests {
    private let fixture = BalancingFixture()

    @Test(arguments: [Algorithm.roundRobin, .leastConnections, .random, .first, .consistentHash])
    func `an empty backend has no server and a single server is always taken`(algorithm: Algorithm)
    {
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 1)
        let none = balancer.pick(
            backend: 3,
            fixture.backend(algorithm, weights: []),
            key: HashKey(5),
            inFlight: { _ in 0 },
            using: &generator
        )
        let only = balancer.pick(
            backend: 3,
            fixture.backend(algorithm, weights: [1]),
            key: HashKey(5),
            inFlight: { _ in 9 },
            using: &generator
        )
        #expect(none == -1 && only == 0)
    }

    @Test(arguments: [Algorithm.roundRobin, .leastConnections, .random])
    func `full servers are left out while another has room`(algorithm: Algorithm) {
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 3)
        let four = fixture.backend(algorithm, weights: [9, 9, 1, 9], maxconns: [1, 1, 5, 1])
        for _ in 0..<50 {
            let index = balancer.pick(
                backend: 0,
                four,
                key: .none,
                inFlight: { _ in 1 },
                using: &generator
            )
            #expect(index == 2)
        }
        let anyway = balancer.pick(
            backend: 0,
            four,
            key: .none,
            inFlight: { _ in 9 },
            using: &generator
        )
        #expect((0..<4).contains(anyway))
    }

    @Test(arguments: [Algorithm.roundRobin, .leastConnections, .random, .first, .consistentHash])
    func `a server to avoid is taken only when there is no other`(algorithm: Algorithm) {
        var balancer = LoadBalancer()
        var generator = SeededGenerator(seed: 4)
        let two = fixture.backend(algorithm, weights: [5, 1])
        for key in 0..<40 as Range<UInt32> {
            let index = balancer.pick(
                backend: 0,
                two,
                key: HashKey(key &* 0x9e37_79b9),
                avoiding: 0,
                inFlight: { _ in 0 },
                using: &generator
            )
            #expect(index == 1)
        }
    }
}
