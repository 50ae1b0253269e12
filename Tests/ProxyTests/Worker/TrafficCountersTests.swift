import Testing

@testable import Proxy

@Suite struct TrafficCountersTests {
    @Test func `the process is all frontends together`() {
        let counters = TrafficCounters(workers: 2, frontends: 2, backends: 1)
        counters.open(frontend: 0, worker: 0)
        counters.open(frontend: 1, worker: 1)
        counters.open(frontend: 1, worker: 1)
        counters.add(-1, to: TrafficCounters.Frontend.currentSessions, of: 1, worker: 1)
        counters.add(5, to: TrafficCounters.Frontend.requests, of: 0, worker: 1)
        #expect(counters.process.currentConnections == 2)
        #expect(counters.process.totalConnections == 3)
        #expect(counters.process.totalRequests == 5)
        #expect(counters.counters(ofFrontend: 1).maxSessions == 2)
        #expect(counters.connections(of: 1) == 1)
    }

    @Test(arguments: [(101, 0), (204, 1), (301, 2), (404, 3), (502, 4), (0, 5)])
    func `a response is counted on both sides by its class`(_ status: Int, _ kind: Int) {
        let counters = TrafficCounters(workers: 1, frontends: 1, backends: 1)
        counters.countResponse(status, frontend: 0, backend: 0, worker: 0)
        counters.countResponse(status, frontend: 0, backend: -1, worker: 0)
        #expect(counters.counters(ofFrontend: 0).responses[kind] == 2)
        #expect(counters.counters(ofBackend: 0).responses[kind] == 1)
    }
}
