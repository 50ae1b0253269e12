import Model
import RuntimeAPI
import Testing

@testable import Proxy

@Suite struct BackendRecordTests {
    private let web = RuntimeFixture.web

    @Test func `backups serve only while no active server does`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.run("add server web/b1 10.0.0.5:80 backup")
        fixture.run("add server web/b2 10.0.0.6:80 backup")
        fixture.run("enable server web/b1")
        fixture.run("enable server web/b2")
        #expect(fixture.plane.slots(ofBackend: 0) == [0])
        fixture.run("disable server web/web1")
        #expect(fixture.plane.slots(ofBackend: 0) == [2])
    }

    @Test func `weight zero takes no request but stays up`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.run("set weight web/web1 0")
        #expect(fixture.plane.slots(ofBackend: 0) == [])
        #expect(try fixture.state("web/web1").operationalState == 2)
        fixture.run("set weight web/web1 5000%")
        #expect(fixture.run("get weight web/web1") == "256 (initial 10)")
    }

    @Test func `automatic ids fill the lowest hole`() throws {
        let fixture = try RuntimeFixture(web)
        fixture.run("add server web/a 10.0.0.5:80")
        fixture.run("del server web/web2")
        fixture.run("add server web/b 10.0.0.5:80")
        #expect(try fixture.state("web/a").serverID == 3)
        #expect(try fixture.state("web/b").serverID == 2)
        #expect(try fixture.stat("web/b").number(.srid) == 1)
    }
}
