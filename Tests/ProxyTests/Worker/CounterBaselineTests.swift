import Testing

@testable import Proxy

@Suite struct CounterBaselineTests {
    @Test func `what only grows is told from the baseline on, what is now as it is`() {
        var counters = ServerCounters()
        counters.totalSessions = 9
        counters.currentSessions = 2
        counters.responses[1] = 7
        var baseline = CounterBaseline()
        baseline.set(counters, ofSlot: 3)
        counters.totalSessions = 10
        #expect(baseline.since(counters, ofSlot: 3).totalSessions == 1)
        #expect(baseline.since(counters, ofSlot: 3).responses[1] == 0)
        #expect(baseline.since(counters, ofSlot: 3).currentSessions == 2)
        #expect(baseline.since(counters, ofSlot: 4).totalSessions == 10)
        baseline.forget(slot: 3)
        #expect(baseline.since(counters, ofSlot: 3).totalSessions == 10)
    }
}
