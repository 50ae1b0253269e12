import Model
import Testing

@testable import Proxy

/// The lines are those of HAProxy 2.6 for the same events.
@Suite struct HealthReportTests {
    private func fixture(_ options: String = "", server: String = "check inter 300ms rise 1 fall 1")
        throws
        -> RuntimeFixture
    {
        let fixture = try RuntimeFixture(
            """
            backend b
             log 127.0.0.1:514 local0
            \(options)
             server s1 10.0.0.1:80 \(server)
             server s2 10.0.0.2:80 backup

            """
        )
        fixture.service.keepsEvents = true
        return fixture
    }

    private func told(_ fixture: RuntimeFixture, _ result: CheckResult, agent: Bool = false) throws
        -> [String]
    {
        let targets = fixture.service.checkTargets
        let target = try #require(agent ? targets.last : targets.first)
        _ = fixture.service.record(result, for: target.id, now: Milliseconds(5))
        return fixture.service.takeEvents().map { "\($0.level) \($0.text)" }
    }

    private let refused = CheckResult(
        .layer4Refused,
        duration: Milliseconds(0),
        detail: "Connection refused"
    )

    @Test func `without the option transitions come with their reason`() throws {
        let fixture = try fixture()
        #expect(
            try told(fixture, refused) == [
                "alert Server b/s1 is DOWN, reason: Layer4 connection problem, info: \"Connection refused\", "
                    + "check duration: 0ms. 0 active and 1 backup servers left. Running on backup. "
                    + "0 sessions active, 0 requeued, 0 remaining in queue."
            ]
        )
        #expect(
            try told(fixture, CheckResult(.layer7OK, code: 200, duration: Milliseconds(1))) == [
                "notice Server b/s1 is UP, reason: Layer7 check passed, code: 200, check duration: 1ms. "
                    + "1 active and 1 backup servers online. 0 sessions requeued, 0 total in queue."
            ]
        )
    }

    @Test func `with the option every check that changes something is told`() throws {
        let fixture = try fixture(" option log-health-checks")
        #expect(
            try told(fixture, refused).first
                == "notice Health check for server b/s1 failed, reason: Layer4 connection problem, "
                + "info: \"Connection refused\", check duration: 0ms, status: 0/1 DOWN."
        )
        #expect(try told(fixture, refused).isEmpty)
        #expect(
            try told(fixture, CheckResult(.layer4OK, duration: Milliseconds(0))).first
                == "notice Health check for server b/s1 succeeded, reason: Layer4 check passed, "
                + "check duration: 0ms, status: 1/1 UP."
        )
        let conditional = CheckResult(.layer7Conditional, code: 404, duration: Milliseconds(1))
        #expect(
            try told(fixture, conditional) == [
                "notice Health check for server b/s1 conditionally succeeded, reason: Layer7 check "
                    + "conditionally passed, code: 404, check duration: 1ms, status: 1/1 UP.",
                "notice Server b/s1 is stopping. 0 active and 1 backup servers online. Running on "
                    + "backup. 0 sessions requeued, 0 total in queue.",
            ]
        )
    }

    @Test func `what an operator does is told too`() throws {
        let fixture = try fixture()
        func lines(_ command: String) -> [String] {
            _ = fixture.run(command)
            return fixture.service.takeEvents().map(\.text)
        }
        #expect(
            lines("set server b/s1 state maint") == [
                "Server b/s1 is going DOWN for maintenance. 0 active and 1 backup servers left. Running on "
                    + "backup. 0 sessions active, 0 requeued, 0 remaining in queue."
            ]
        )
        #expect(
            lines("set server b/s1 state ready") == [
                "Server b/s1 is UP/READY (leaving forced maintenance)."
            ]
        )
        #expect(
            lines("set server b/s1 state drain") == [
                "Server b/s1 enters drain state. 0 active and 1 backup servers online. Running on backup. "
                    + "0 sessions requeued, 0 total in queue."
            ]
        )
        #expect(
            lines("set server b/s1 state ready") == ["Server b/s1 is UP (leaving forced drain)."]
        )
        #expect(
            lines("set server b/s1 health down").first?.hasPrefix(
                "Server b/s1 is DOWN, changed from CLI."
            ) == true
        )
        #expect(
            lines("set server b/s2 state maint").last == "backend b has no server available!"
        )
    }

    @Test func `an agent moves its server as HAProxy's do`() throws {
        let fixture = try fixture(
            " option log-health-checks",
            server: "weight 100 agent-check agent-port 99 agent-send hello agent-inter 1s"
        )
        func say(_ line: String) throws -> [String] {
            try told(
                fixture,
                CheckResult(.layer7OK, code: 0, duration: Milliseconds(1), detail: line),
                agent: true
            )
        }
        let target = try #require(fixture.service.checkTargets.last)
        #expect(target.endpoint.description == "10.0.0.1:99" && target.interval.count == 1000)
        #expect(
            try say("75% up") == [
                "notice Agent check for server b/s1 succeeded, reason: Layer7 check passed, code: 0, "
                    + "info: \"via agent : up\", check duration: 1ms, status: 1/1 UP."
            ]
        )
        #expect(fixture.run("get weight b/s1") == "75 (initial 100)")
        #expect(
            try say("down # going away").prefix(2) == [
                "notice Agent check for server b/s1 failed, reason: Layer7 wrong status, code: 0, info: "
                    + "\"via agent : down (going away)\", check duration: 1ms, status: 0/1 DOWN.",
                "alert Server b/s1 is DOWN. 0 active and 1 backup servers left. Running on backup. "
                    + "0 sessions active, 0 requeued, 0 remaining in queue.",
            ]
        )
        #expect(try say("up").last?.contains("is UP") == true)
        #expect(try say("drain").first?.contains("enters drain state") == true)
        #expect(try say("ready,maxconn:30").first?.contains("leaving forced drain") == true)
        #expect(try say("maint").first?.contains("going DOWN for maintenance") == true)
        #expect(try say("ready").first?.contains("leaving forced maintenance") == true)
        #expect(fixture.run("disable agent b/s1") == "" && fixture.service.checkTargets.isEmpty)
        #expect(fixture.run("enable agent b/s1") == "" && fixture.service.checkTargets.count == 1)
    }

    @Test func `sessions end on who goes down, and on backups when one comes up`() throws {
        let marks = "on-marked-down shutdown-sessions on-marked-up shutdown-backup-sessions"
        let fixture = try fixture(server: "check rise 1 fall 1 \(marks)")
        fixture.check(.layer4Refused)
        #expect(fixture.plane.shutSlots == [0])
        fixture.check(.layer4OK)
        #expect(fixture.plane.shutSlots == [0, 1])
    }

    @Test func `words of agents are read one by one`() {
        let reply = AgentReply("75%,maxconn:30 Maint\tdown#because")
        #expect(reply.weight == 75 && reply.maxconn == 30 && reply.administration == .maint)
        #expect(reply.isUp == false && reply.words == "via agent : down (because)")
        #expect(AgentReply("bogus 12x%").unknown == "bogus" && AgentReply("").isUp == nil)
    }
}
