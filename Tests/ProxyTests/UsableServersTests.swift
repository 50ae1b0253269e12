import Simulation
import Testing

@testable import Proxy

/// `UsableServers` through commands: what a change moves, and in which order.
@Suite struct UsableServersTests {
    @Test func `a server that returns takes its old place`() throws {
        let fixture = try RuntimeFixture(
            "backend be\n server a 10.0.0.1:1\n server b 10.0.0.1:2\n server c 10.0.0.1:3\n"
        )
        fixture.run("disable server be/b")
        #expect(fixture.plane.slots(ofBackend: 0) == [0, 2])
        fixture.run("enable server be/b")
        #expect(fixture.plane.slots(ofBackend: 0) == [0, 1, 2])
    }

    @Test func `balance first goes by id`() throws {
        let fixture = try RuntimeFixture("backend be\n balance first\n server a 10.0.0.1:1 id 9\n")
        fixture.run("add server be/b 10.0.0.1:80 id 3")
        fixture.run("enable server be/b")
        #expect(fixture.plane.slots(ofBackend: 0) == [1, 0])
    }

    @Test func `weights are summed up as they change`() throws {
        let fixture = try RuntimeFixture(
            "backend be\n server a 10.0.0.1:1 weight 5\n server b 10.0.0.1:2 weight 5\n"
        )
        func summary() -> [Int] {
            let backend = fixture.plane.snapshot.backends[0]
            return [Int(backend.maxWeight), backend.hasEqualWeights ? 1 : 0]
        }
        // In sixteenths, as HAProxy counts them.
        #expect(summary() == [80, 1])
        fixture.run("set weight be/a 7")
        #expect(summary() == [112, 0])
        fixture.run("disable server be/a")
        #expect(summary() == [80, 1])
        fixture.run("set weight be/b 0")
        #expect(summary() == [1, 1])
    }
}
