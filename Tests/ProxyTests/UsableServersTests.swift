import Model
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

    @Test(arguments: [Seed(1), Seed(2)], ["roundrobin", "uri\n hash-type consistent"])
    func `a long list names everyone who may serve once, in whatever order`(
        seed: Seed,
        balance: String
    ) throws {
        var generator = seed.generator
        let lines = (0..<300).map { " server s\($0) 10.0.0.1:80 weight \($0 % 3 + 1)\n" }
        let fixture = try RuntimeFixture("backend be\n balance \(balance)\n" + lines.joined())
        let backend = fixture.service.table.backends[0]
        let servers = backend.servers
        for server in servers { server.place = -1 }
        var usable = UsableServers(backend.configuration, orderedLimit: 100)
        var snapshot = BackendSnapshot()
        var changed: [ServerRecord] = []
        for round in 0..<200 {
            usable.update(
                changed,
                of: servers,
                isFirst: round == 0,
                now: Milliseconds(0)
            )
            var retired: [RetiredMemory] = []
            usable.publish(in: &snapshot, retired: &retired)
            for memory in retired { memory.free() }
            let expected = servers.filter(\.isUsable)
            #expect(usable.count == expected.count)
            let isRight = expected.allSatisfy { server in
                let isPlaced = snapshot.servers[server.place].slot == server.slot
                guard balance.hasPrefix("uri") else { return isPlaced }
                return isPlaced && Int(snapshot.ringPlaces[server.seat]) == server.place
            }
            #expect(isRight && snapshot.servers.count == expected.count)
            // One at a time mostly, and many now and then, which puts the list in order again.
            changed = Array(
                servers.shuffled(using: &generator).prefix(generator.chance(90) ? 1 : 40)
            )
            for server in changed {
                server.set(server.isInMaintenance ? .ready : .maint, now: Milliseconds(0))
            }
        }
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
