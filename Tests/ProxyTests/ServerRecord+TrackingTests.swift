import Model
import RuntimeAPI
import Testing

@testable import Proxy

/// States and lines are those of HAProxy 2.6 for the same configuration and the same events.
@Suite struct ServerRecordTrackingTests {
    private func fixture() throws -> RuntimeFixture {
        let fixture = try RuntimeFixture(
            """
            frontend fe
             bind :80
             default_backend a
            backend b
             server far 10.0.0.9:80 track a/s1
            backend a
             log 127.0.0.1:514 local0
             server s1 10.0.0.1:80 check rise 1 fall 1
             server s2 10.0.0.2:80 track s1
             server s3 10.0.0.3:80 track a/s2
             server s4 10.0.0.4:80

            """
        )
        fixture.service.keepsEvents = true
        return fixture
    }

    private func told(_ fixture: RuntimeFixture) -> [String] {
        fixture.service.takeEvents().map(\.text)
    }

    private func statuses(_ fixture: RuntimeFixture) throws -> [String] {
        try ["a/s1", "a/s2", "a/s3", "b/far"].map { try fixture.stat($0).text(.status) ?? "" }
    }

    @Test func `who tracks a server goes down and comes up with it`() throws {
        let fixture = try fixture()
        #expect(try statuses(fixture) == ["UP", "UP", "UP", "UP"])
        #expect(try fixture.stat("a/s3").text(.tracked) == "a/s2")
        fixture.check(.layer4Refused)
        #expect(try statuses(fixture) == ["DOWN", "DOWN", "DOWN", "DOWN"])
        let tail = "and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue."
        #expect(
            told(fixture).dropFirst() == [
                "Server a/s2 is DOWN via a/s1. 2 active \(tail)",
                "Server a/s3 is DOWN via a/s2. 1 active \(tail)",
            ]
        )
        #expect(fixture.plane.snapshot.backends[0].servers.isEmpty)
        #expect(fixture.plane.snapshot.backends[1].servers.count == 1)
        fixture.check(.layer4OK)
        #expect(try statuses(fixture) == ["UP", "UP", "UP", "UP"])
        #expect(
            told(fixture).dropFirst() == [
                "Server a/s2 is UP via a/s1. 3 active and 0 backup servers online. "
                    + "0 sessions requeued, 0 total in queue.",
                "Server a/s3 is UP via a/s2. 4 active and 0 backup servers online. "
                    + "0 sessions requeued, 0 total in queue.",
            ]
        )
    }

    @Test func `maintenance and drain are inherited`() throws {
        let fixture = try fixture()
        fixture.run("disable server a/s1")
        #expect(
            try statuses(fixture) == [
                "MAINT", "MAINT (via a/s1)", "MAINT (via a/s2)", "MAINT (via a/s1)",
            ]
        )
        #expect(try fixture.state("a/s3").adminBits == 2)
        #expect(
            told(fixture).map { String($0.prefix(64)) } == [
                "Server a/s1 is going DOWN for maintenance. 3 active and 0 backup",
                "Server a/s2 is going DOWN for maintenance via a/s1. 2 active and",
                "Server a/s3 is going DOWN for maintenance via a/s2. 1 active and",
            ]
        )
        fixture.run("enable server a/s1")
        #expect(
            told(fixture) == [
                "Server a/s1 is UP/READY (leaving forced maintenance).",
                "Server a/s2 is UP/READY (leaving maintenance).",
                "Server a/s3 is UP/READY (leaving maintenance).",
            ]
        )
        fixture.run("set server a/s1 state drain")
        #expect(try statuses(fixture) == ["DRAIN", "DRAIN", "DRAIN", "DRAIN"])
        #expect(try fixture.state("a/s2").adminBits == 16)
        fixture.run("set server a/s1 state ready")
        #expect(try statuses(fixture) == ["UP", "UP", "UP", "UP"])
    }

    @Test func `what an operator asked of the tracking server stays`() throws {
        let fixture = try fixture()
        fixture.run("set server a/s2 state maint")
        #expect(try statuses(fixture) == ["UP", "MAINT", "MAINT (via a/s2)", "UP"])
        fixture.run("disable server a/s1")
        fixture.run("enable server a/s1")
        #expect(try statuses(fixture) == ["UP", "MAINT", "MAINT (via a/s2)", "UP"])
        fixture.check(.layer4Refused)
        fixture.run("set server a/s2 state ready")
        #expect(try statuses(fixture) == ["DOWN", "DOWN", "DOWN", "DOWN"])
        #expect(
            fixture.run("set server a/s2 health up")
                == "[3] cannot change health on a tracking server."
        )
    }

    @Test func `a transaction that is taken back takes back what followed`() throws {
        let fixture = try fixture()
        fixture.run("begin")
        fixture.run("disable server a/s1")
        fixture.run("disable server a/none")
        fixture.run("commit")
        #expect(try statuses(fixture) == ["UP", "UP", "UP", "UP"])
    }

    @Test func `a tracked server is not deleted, and an added one may track`() throws {
        let fixture = try fixture()
        #expect(
            fixture.run("del server a/s1")
                == "[3] This server cannot be removed at runtime due to other configuration elements pointing to it."
        )
        #expect(fixture.run("add server a/s5 10.0.0.5:80 track a/s1").contains("registered"))
        fixture.run("enable server a/s5")
        fixture.check(.layer4Refused)
        #expect(try fixture.stat("a/s5").text(.status) == "DOWN")
        #expect(
            fixture.run("add server a/s6 10.0.0.5:80 track a/s5")
                == "[3] unable to use dynamic server a/s5 for tracking."
        )
        fixture.run("disable server a/s5")
        #expect(fixture.run("del server a/s5").contains("deleted"))
        fixture.check(.layer4OK)
    }

    @Test func `what cannot be tracked is refused in HAProxy's words`() {
        let cases = [
            "track zz/s1": "unable to find required proxy 'zz' for tracking.",
            "track s9": "unable to find required server 's9' for tracking.",
            "track s1 check": "unable to enable checks and tracking at the same time!",
            "track s2":
                "unable to track a/s2 as it belongs to a tracking chain looping back to a/s2.",
            "track s4":
                "unable to use a/s4 for tracking as it does not have any check nor agent enabled.",
        ]
        for (words, expected) in cases {
            let text = """
                listen a
                 bind :80
                 server s1 10.0.0.1:80 check
                 server s2 10.0.0.2:80 \(words)
                 server s4 10.0.0.4:80

                """
            let parsed = ConfigParser.parse(files: [("boot.cfg", text)], environment: [:]) { _ in
                nil
            }
            #expect(parsed.diagnostics.contains { $0.message.hasSuffix(expected) }, "\(words)")
        }
    }
}
