import Testing

@testable import Proxy

@Suite struct TrafficReportsTests {
    @Test func `reports are taken once, in order, and not without bound`() {
        let reports = TrafficReports()
        for slot in 0..<5000 as Range<UInt32> {
            reports.post(TrafficObservation(slot: slot, count: 1, last: .timeout))
        }
        let taken = reports.take()
        #expect(taken.count == 4096 && taken.first?.slot == 0 && taken.last?.slot == 4095)
        #expect(reports.take().isEmpty)
    }
}
