import Model
import RuntimeAPI
import Testing

@testable import Proxy

@Suite struct FrontendRecordTests {
    private func status(_ fixture: RuntimeFixture) throws -> String? {
        try fixture.stat("fe/FRONTEND").text(.status)
    }

    @Test func `a frontend is disabled, enabled and shut down for good`() throws {
        let fixture = try RuntimeFixture(RuntimeFixture.web)
        #expect(try status(fixture) == "OPEN")
        #expect(fixture.run("disable frontend fe") == "")
        #expect(try status(fixture) == "PAUSED")
        #expect(fixture.plane.listening == [0: false])
        #expect(fixture.plane.limits[0] == -1)
        #expect(fixture.run("enable frontend fe") == "")
        #expect(fixture.plane.listening == [0: true])
        #expect(fixture.plane.limits[0] == 0)
        #expect(fixture.run("shutdown frontend fe") == "")
        #expect(try status(fixture) == "STOP")
        #expect(fixture.plane.closed == [0])
        #expect(
            fixture.run("enable frontend fe")
                == "[3] Frontend was previously shut down, cannot enable."
        )
    }

    @Test func `limits can be changed within those of the boot file`() throws {
        let fixture = try RuntimeFixture(RuntimeFixture.web)
        #expect(fixture.run("set maxconn frontend fe 50") == "")
        #expect(try fixture.stat("fe/FRONTEND").number(.slim) == 50)
        #expect(fixture.run("set maxconn global 3000") == "[3] Value out of range.")
        #expect(fixture.run("set maxconn global 1000") == "")
        #expect(fixture.plane.limits == [0: 50, -1: 1000])
        #expect(fixture.run("set maxconn global 0") == "")
        #expect(fixture.plane.limits == [0: 50, -1: 2000])
    }

    @Test func `a change of a frontend shows in the digest and can be taken back`() throws {
        let fixture = try RuntimeFixture(RuntimeFixture.web)
        let before = fixture.run("show state digest")
        fixture.run("begin")
        fixture.run("disable frontend fe")
        fixture.run("set maxconn global 7")
        fixture.run("disable server web/nobody")
        fixture.run("commit")
        #expect(fixture.run("show state digest") == before)
        #expect(fixture.plane.listening.isEmpty && fixture.plane.limits.isEmpty)
        fixture.run("disable frontend fe")
        #expect(fixture.run("show state digest") != before)
    }
}
