import Testing

@testable import Proxy

@Suite struct ConnectionLimitsTests {
    @Test func `a frontend's limit and the process's are both kept`() {
        let counters = TrafficCounters(workers: 1, frontends: 2, backends: 1)
        let limits = ConnectionLimits(process: 3, frontends: [2, 0])
        counters.open(frontend: 0, worker: 0)
        #expect(limits.allow(0, counters))
        counters.open(frontend: 0, worker: 0)
        #expect(!limits.allow(0, counters))
        #expect(limits.allow(1, counters))
        counters.open(frontend: 1, worker: 0)
        #expect(!limits.allow(1, counters))
        #expect(ConnectionLimits.none.allow(1, counters))
    }
}
