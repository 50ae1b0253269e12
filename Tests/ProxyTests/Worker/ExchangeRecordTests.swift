import Testing

@testable import Proxy

@Suite struct ExchangeRecordTests {
    @Test func `the timers are those of httplog`() {
        var record = ExchangeRecord()
        record.idleSince = 1000
        record.began = 1005
        record.requested = 1007
        record.placed = 1010
        record.connected = 1014
        record.responded = 1030
        record.ended = 1100
        #expect(record.idleTime == 5)
        #expect(record.requestTime == 2)
        #expect(record.queueTime == 3)
        #expect(record.connectTime == 4)
        #expect(record.responseTime == 16)
        #expect(record.dataTime == 70)
        #expect(record.activeTime == 95)
        #expect(record.totalTime == 100)
    }

    @Test func `phases that were never reached are -1`() {
        var record = ExchangeRecord()
        record.idleSince = 1000
        record.began = 1000
        record.ended = 1010
        #expect(record.requestTime == -1)
        #expect(record.queueTime == -1)
        #expect(record.connectTime == -1)
        #expect(record.responseTime == -1)
        #expect(record.activeTime == 10)
    }

    @Test func `the first cause is kept`() {
        var record = ExchangeRecord()
        record.note(.serverTimeout, .header)
        record.note(.clientAborted, .data)
        let state = record.terminationState
        let text = String(decoding: state.indices.map { state[$0] }, as: UTF8.self)
        #expect(text == "sH--")
    }
}
