import Model
import Planning
import Testing

@Suite struct HealthGateTests {
    private func sample(servers: Int = 10, down: Int = 0, requests: Int = 0, errors: Int = 0) throws
        -> HealthSample
    {
        var backend = HealthSample.Backend()
        backend.servers = servers
        backend.down = Set(try (0..<down).map { try ServerName("s\($0)") })
        backend.requests = requests
        backend.errors = errors
        var sample = HealthSample()
        sample.backends[try BackendName("shop")] = backend
        return sample
    }

    private func excess(_ before: HealthSample, _ after: HealthSample) -> String? {
        HealthGate.excess(before: before, after: after, budget: HealthBudget())
    }

    @Test func `one of ten servers may go down, two may not`() throws {
        let before = try sample()
        #expect(excess(before, try sample(down: 1)) == nil)
        let words = excess(before, try sample(down: 2))
        #expect(words == "2 of 10 servers of shop went down (s0, s1), the budget is 10%")
    }

    @Test func `who was down before is not counted`() throws {
        let before = try sample(down: 5)
        #expect(excess(before, try sample(down: 6)) == nil)
        #expect(excess(before, before) == nil)
    }

    @Test func `errors may grow by their share of the requests`() throws {
        let before = try sample(requests: 1_000, errors: 100)
        #expect(excess(before, try sample(requests: 1_100, errors: 115)) == nil)
        let words = excess(before, try sample(requests: 1_100, errors: 120))
        #expect(words == "20 of 100 requests to shop failed since the wave, the budget is 5%")
    }

    @Test func `a handful of requests says nothing`() throws {
        let before = try sample()
        #expect(excess(before, try sample(requests: 19, errors: 19)) == nil)
    }

    @Test func `counters of another process are not compared`() throws {
        let before = try sample(requests: 9_000, errors: 10)
        #expect(excess(before, try sample(requests: 50, errors: 50)) == nil)
    }
}
