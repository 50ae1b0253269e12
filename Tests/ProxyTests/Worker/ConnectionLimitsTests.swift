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

    @Test func `a rate is that of all workers within one second`() {
        let limits = ConnectionLimits(process: 0, frontends: [0], workers: 2)
        for worker in [0, 1, 1] { limits.countAccept(worker: worker, now: 5000) }
        #expect(limits.allowRate(now: 5000))
        limits.setRate(3)
        #expect(!limits.allowRate(now: 5999))
        #expect(limits.allowRate(now: 6000))
        limits.countAccept(worker: 1, now: 6000)
        limits.setRate(1)
        #expect(!limits.allowRate(now: 6500))
        limits.setRate(0)
        #expect(limits.allowRate(now: 6500))
    }
}
