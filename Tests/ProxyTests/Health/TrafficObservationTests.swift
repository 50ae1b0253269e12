import Model
import RuntimeAPI
import Testing

@testable import Proxy

/// Lines and numbers are those of HAProxy 2.6.
@Suite struct TrafficObservationTests {
    private func fixture(_ words: String) throws -> RuntimeFixture {
        let fixture = try RuntimeFixture(
            """
            backend a
             log 127.0.0.1:514 local0
             option log-health-checks
             server s1 10.0.0.1:80 check rise 2 fall 3 inter 9s fastinter 1s observe layer7 \(words)

            """
        )
        fixture.service.keepsEvents = true
        fixture.check(.layer4OK)
        fixture.check(.layer4OK)
        _ = fixture.service.takeEvents()
        return fixture
    }

    private func health(_ words: String) throws -> (health: Int, interval: Int?) {
        let fixture = try fixture(words)
        let report = TrafficObservation(slot: 0, count: 2, last: .wrongStatus)
        let plan = fixture.service.record(report, now: Milliseconds(5))
        return (try fixture.state("a/s1").checkHealth, plan?.interval.count)
    }

    @Test func `on-error decides how much a row of errors weighs`() throws {
        #expect(try health("") == (3, 1000))
        #expect(try health("on-error fail-check") == (3, 1000))
        #expect(try health("on-error fastinter") == (4, 1000))
        #expect(try health("on-error sudden-death") == (2, 1000))
        #expect(try health("on-error mark-down") == (0, 1000))
    }

    @Test func `it is told as HAProxy tells it`() throws {
        let fixture = try fixture("on-error mark-down error-limit 2")
        let report = TrafficObservation(slot: 0, count: 2, last: .wrongStatus)
        _ = fixture.service.record(report, now: Milliseconds(5))
        #expect(
            fixture.service.takeEvents().map(\.text) == [
                "Health check for server a/s1 failed, reason: Health analyze, info: \"Detected 2 consecutive "
                    + "errors, last one was: Wrong http response\", status: 0/2 DOWN.",
                "Server a/s1 is DOWN. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, "
                    + "0 remaining in queue.",
                "backend a has no server available!",
            ]
        )
        let row = try fixture.stat("a/s1")
        #expect(row.number(.hanafail) == 1)
        #expect(row.number(.chkfail) == 1)
        #expect(row.text(.checkStatus) == "HANA")
        #expect(row.text(.checkDesc) == "Health analyze")
        #expect(try fixture.state("a/s1").checkStatus == 4)
    }

    @Test func `nobody looks without checks, or in maintenance`() throws {
        let fixture = try fixture("")
        fixture.run("disable server a/s1")
        let report = TrafficObservation(slot: 0, count: 2, last: .closed)
        #expect(fixture.service.record(report, now: Milliseconds(5)) == nil)
        #expect(
            fixture.service.record(.init(slot: 9, count: 2, last: .closed), now: Milliseconds(5))
                == nil
        )
    }
}
