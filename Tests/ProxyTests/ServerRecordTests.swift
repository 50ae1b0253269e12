import Model
import RuntimeAPI
import Testing

@testable import Proxy

@Suite struct ServerRecordTests {
    private let web = RuntimeFixture.web

    @Test func `a new server is in maintenance, unchecked, and in no snapshot`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.run("add server web/w5 10.0.0.5:80 check weight 20 guid g:5 id 9")
        let row = try fixture.state("web/w5")
        #expect(
            row.adminBits == 1 && row.operationalState == 0 && row.checkBits == 2
                && row.checkHealth == 0
        )
        #expect(row.userWeight == 20 && row.serverID == 9 && row.serverForcedID == 1)
        #expect(fixture.plane.slots(ofBackend: 0) == [0])
        #expect(try fixture.stat("web/w5").text(.status) == "MAINT")
    }

    @Test func `leaving maintenance is up at once, one failure from down`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.run("add server web/w5 10.0.0.5:80 check rise 2 fall 3")
        fixture.run("enable health web/w5")
        #expect(fixture.service.checkTargets.map(\.slot) == [0])
        fixture.run("set server web/w5 state ready")
        #expect(fixture.service.checkTargets.map(\.slot) == [0, 2])
        #expect(try fixture.state("web/w5").checkHealth == 2)
        #expect(try fixture.stat("web/w5").text(.status) == "UP 1/3")
        #expect(fixture.plane.slots(ofBackend: 0) == [0, 2])
        fixture.check(.layer4Refused)
        #expect(try fixture.stat("web/w5").text(.status) == "DOWN")
        #expect(fixture.plane.slots(ofBackend: 0) == [])
        fixture.check(.layer4OK)
        fixture.check(.layer4OK)
        #expect(try fixture.stat("web/w5").text(.status) == "UP")
        #expect(fixture.plane.slots(ofBackend: 0) == [0, 2])
    }

    @Test func `a server that leaves maintenance before its checks run is up until one fails`()
        throws
    {
        let fixture = try RuntimeFixture(web)
        fixture.run("add server web/w5 10.0.0.5:80 check")
        fixture.run("enable server web/w5")
        #expect(try fixture.state("web/w5").checkHealth == 0)
        #expect(try fixture.stat("web/w5").text(.status) == "no check")
        fixture.run("enable health web/w5")
        fixture.check(.layer7OK)
        #expect(fixture.plane.slots(ofBackend: 0) == [0, 2])
        fixture.check(.layer7WrongStatus)
        #expect(fixture.plane.slots(ofBackend: 0) == [0])
    }

    @Test func `forced down in one line with ready takes no request before its checks pass`() throws
    {
        let fixture = try RuntimeFixture(web)
        fixture.run("add server web/w5 10.0.0.5:80 check")
        fixture.run("enable health web/w5")
        fixture.run("set server web/w5 state ready")
        fixture.run("set server web/w5 health down")
        #expect(fixture.plane.slots(ofBackend: 0) == [0])
        fixture.check(.layer7OK)
        fixture.check(.layer7OK)
        #expect(fixture.plane.slots(ofBackend: 0) == [0, 2])
    }

    @Test func `init-state decides where a checked server starts`() throws {
        let fixture = try RuntimeFixture(web)
        for (name, state) in [("a", "fully-up"), ("b", "up"), ("c", "down"), ("d", "fully-down")] {
            fixture.run(
                "add server web/\(name) 10.0.0.5:80 check rise 3 fall 2 init-state \(state)"
            )
            fixture.run("enable health web/\(name)")
            fixture.run("enable server web/\(name)")
        }
        let rows = try ["a", "b", "c", "d"].map { try fixture.state("web/\($0)") }
        #expect(rows.map(\.checkHealth) == [4, 3, 2, 0])
        #expect(rows.map(\.operationalState) == [2, 2, 0, 0])
    }

    @Test func `drain and maintenance take a server out, ready brings it back`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.run("set server web/web1 state drain")
        #expect(try fixture.state("web/web1").adminBits == 8)
        #expect(try fixture.stat("web/web1").text(.status)?.hasPrefix("DRAIN") == true)
        #expect(fixture.plane.slots(ofBackend: 0) == [])
        fixture.run("set server web/web1 state maint")
        #expect(try fixture.state("web/web1").adminBits == 1)
        #expect(try fixture.state("web/web1").checkBits == 14)
        #expect(fixture.service.checkTargets.isEmpty)
        #expect(fixture.plane.purgedSlots == [0])
        fixture.run("set server web/web1 state ready")
        #expect(fixture.plane.slots(ofBackend: 0) == [0])
    }

    @Test func `intervals follow the server's state`() throws {
        let fixture = try RuntimeFixture(
            """
            backend b
             server s 10.0.0.1:80 check inter 1s fastinter 200ms downinter 5s rise 2 fall 2
            """
        )
        let target = try #require(fixture.service.checkTargets.first)
        let steps: [CheckResult.Status] = [
            .layer4OK, .layer4Refused, .layer4Refused, .layer4OK, .layer4OK,
        ]
        let intervals = steps.map { status in
            fixture.service.record(
                CheckResult(status, duration: Milliseconds(1)),
                for: target.id,
                now: fixture.now
            )?.count
        }
        #expect(intervals == [1000, 200, 5000, 200, 1000])
    }
}
