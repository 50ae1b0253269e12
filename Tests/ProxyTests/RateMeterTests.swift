import Model
import RuntimeAPI
import Testing

@testable import Proxy

@Suite struct RateMeterTests {
    @Test func `a rate is what came in the last second, whatever the pause was`() {
        var meter = RateMeter()
        #expect(meter.secondsSinceEvent(now: Milliseconds(9000)) == -1)
        meter.look(at: 50, after: 1000, now: Milliseconds(1000))
        #expect(meter.rate == 50)
        meter.look(at: 80, after: 2000, now: Milliseconds(3000))
        #expect(meter.rate == 15 && meter.most == 50)
        meter.look(at: 80, after: 1000, now: Milliseconds(4000))
        #expect(meter.rate == 0 && meter.most == 50)
        #expect(meter.secondsSinceEvent(now: Milliseconds(9000)) == 6)
        meter.clear()
        meter.look(at: 7, after: 1000, now: Milliseconds(5000))
        #expect(meter.rate == 7 && meter.most == 7, "the count was cleared")
    }

    @Test func `show stat tells rates of servers once a second has passed`() throws {
        let fixture = try RuntimeFixture(RuntimeFixture.web)
        let slot = try #require(fixture.plane.slots(ofBackend: 0).first)
        var counters = ServerCounters()
        counters.totalSessions = 30
        fixture.plane.serverCounters[slot] = counters
        fixture.service.sampleRates(now: Milliseconds(999))
        #expect(try fixture.stat("web/web1").number(.rate) == 0)
        fixture.now = Milliseconds(4000)
        fixture.service.sampleRates(now: Milliseconds(1000))
        let row = try fixture.stat("web/web1")
        #expect(row.number(.rate) == 30 && row.number(.rateMax) == 30)
        #expect(row.number(.lastsess) == 3)
        #expect(try fixture.stat("web/web2").number(.lastsess) == -1)
        fixture.service.sampleRates(now: Milliseconds(2000))
        #expect(try fixture.stat("web/web1").number(.rate) == 0)
        #expect(try fixture.stat("web/web1").number(.rateMax) == 30)
        fixture.run("clear counters")
        #expect(try fixture.stat("web/web1").number(.rateMax) == 0)
    }
}
