import Model
import RuntimeAPI
import Testing

@testable import Proxy

@Suite struct ServerRecordSlowstartTests {
    private func fixture(_ balance: String) throws -> RuntimeFixture {
        try RuntimeFixture(
            """
            backend a
             balance \(balance)
             server s1 10.0.0.1:80 check rise 1 fall 1 weight 10 maxconn 50 slowstart 16s
             server s2 10.0.0.2:80 check rise 1 fall 1 weight 10

            """
        )
    }

    /// Down and up again at second 0, then until `seconds` later.
    private func restart(_ fixture: RuntimeFixture, seconds: Int) {
        fixture.check(.layer4Refused)
        fixture.check(.layer4OK)
        pass(fixture, to: seconds)
    }

    private func pass(_ fixture: RuntimeFixture, to seconds: Int) {
        fixture.now = Milliseconds(seconds * 1000)
        fixture.service.warmUp(now: fixture.now)
        fixture.service.publishIfNeeded()
    }

    @Test func `the weight comes in sixteenths, as in HAProxy`() throws {
        let fixture = try fixture("roundrobin")
        #expect(try fixture.stat("a/s1").number(.throttle) == nil)
        restart(fixture, seconds: 0)
        #expect(try fixture.state("a/s1").operationalState == 1)
        #expect(try fixture.state("a/s2").operationalState == 2)
        for (second, share) in [(0, 1), (1, 2), (7, 8), (15, 16)] {
            pass(fixture, to: second)
            let server = fixture.plane.snapshot.backends[0].servers[0]
            #expect(Int(server.weight) == 10 * share)
            #expect(try fixture.stat("a/s1").number(.throttle) == (100 * share + 15) / 16)
            #expect(try fixture.stat("a/s1").number(.weight) == (10 * share + 15) / 16)
            #expect(server.maxconn == UInt32(max(1, 50 * (100 * second / 16) / 100)))
        }
        #expect(fixture.plane.snapshot.backends[0].servers[1].weight == 160)
        pass(fixture, to: 16)
        #expect(try fixture.state("a/s1").operationalState == 2)
        #expect(try fixture.stat("a/s1").number(.throttle) == nil)
        #expect(fixture.plane.snapshot.backends[0].servers[0].maxconn == 50)
        #expect(fixture.plane.snapshot.backends[0].hasEqualWeights)
    }

    @Test func `a ring grows with it`() throws {
        let fixture = try fixture("uri\n hash-type consistent")
        #expect(fixture.plane.snapshot.backends[0].ring.count == 320)
        restart(fixture, seconds: 4)
        #expect(fixture.plane.snapshot.backends[0].ring.count == 160 + 50)
        pass(fixture, to: 30)
        #expect(fixture.plane.snapshot.backends[0].ring.count == 320)
    }

    @Test func `a static algorithm knows no steps`() throws {
        let fixture = try fixture("static-rr")
        restart(fixture, seconds: 4)
        #expect(fixture.plane.snapshot.backends[0].servers[0].weight == 10)
    }

    @Test func `leaving maintenance starts slowly too, and going down ends it`() throws {
        let fixture = try fixture("leastconn")
        fixture.run("disable server a/s1")
        fixture.run("enable server a/s1")
        #expect(try fixture.state("a/s1").operationalState == 1)
        #expect(fixture.plane.snapshot.backends[0].servers[0].weight == 10)
        fixture.run("set server a/s1 weight 20")
        #expect(fixture.plane.snapshot.backends[0].servers[0].weight == 20)
        fixture.check(.layer4Refused)
        pass(fixture, to: 5)
        #expect(try fixture.state("a/s1").operationalState == 0)
    }
}
