import Fleet
import Model
import Planning
import Simulation
import Synchronization
import Testing

struct ApplyRunTests {
    private let path = ApplyScript.path

    @Test func `awaiting up looks until a check has passed`() async throws {
        let transport = ScriptedTransport { command, count in
            command == "show servers state shop"
                ? .reply(
                    Script.states([
                        Script.row("web1", admin: 8, result: count < 3 ? 0 : 3, checks: 6)
                    ])
                ) : nil
        }
        let outcome = try await ApplyScript.apply(
            [.awaitUp(path, within: Milliseconds(10_000))],
            over: transport
        )
        #expect(outcome.isComplete)
        #expect(transport.commands.count { $0 == "show servers state shop" } == 4)
    }

    @Test func `awaiting up gives up at its deadline and stops what follows`() async throws {
        let transport = ApplyScript.withServer(
            Script.row("web1", admin: 8, operational: 0, checks: 6)
        )
        let outcome = try await ApplyScript.apply(
            [
                .awaitUp(path, within: Milliseconds(1_000)),
                .setAdmin(path, from: .drain, to: .ready),
            ],
            over: transport
        )
        #expect(outcome.ending == .partial)
        guard case .expired = outcome.results[0].result else {
            Issue.record("\(outcome.results[0])")
            return
        }
        #expect(outcome.results[1].result == .skipped(after: 1))
    }

    @Test func `a moved server is set down until no check of the old address can count`()
        async throws
    {
        let moved = Script.row("web1", admin: 8, result: 3, checks: 7, address: "10.0.0.2")
        let settled = Script.row("web1", admin: 8, result: 3, checks: 6, address: "10.0.0.2")
        let before = Script.row("web1", admin: 8, result: 3, checks: 6)
        let transport = ScriptedTransport { command, count in
            switch command {
            case "show servers state": .reply(Script.states([before]))
            case "show servers state shop":
                .reply(Script.states([[moved, moved, settled, settled][min(count, 3)]]))
            case let text where text.contains(" addr "): .reply("[4]: IP changed from 'a' to 'b'")
            default: nil
            }
        }
        let outcome = try await ApplyScript.apply(
            [
                .setAddress(
                    path,
                    from: Endpoint("10.0.0.1:80"),
                    to: FleetFixture.endpoint("10.0.0.2:80")
                ),
                .awaitUp(path, within: Milliseconds(10_000)),
            ],
            over: transport
        )
        #expect(outcome.isComplete)
        #expect(
            transport.writes == [
                "set server shop/web1 health down",
                "set server shop/web1 addr 10.0.0.2 port 80",
                "set server shop/web1 health down",
            ]
        )
    }

    @Test func `a server with long sessions stays in maintenance for a later pass`() async throws {
        let transport = ApplyScript.withServer(Script.row("web1", admin: 1, since: 3)) {
            command,
            _ in
            command.hasPrefix("show servers conn") ? .reply(Script.connections([("web1", 2)])) : nil
        }
        let outcome = try await ApplyScript.apply(
            [.awaitRemovable(path, within: Milliseconds(600_000)), .deleteServer(path)],
            over: transport
        )
        #expect(outcome.ending == .partial)
        #expect(
            ApplyScript.results(outcome) == [
                .deferred("2 connections are left; a later pass deletes it"), .skipped(after: 1),
            ]
        )
        #expect(transport.writes == [])
    }

    @Test func `after the drain timeout sessions are shut down`() async throws {
        let transport = ApplyScript.withServer(Script.row("web1", admin: 1, since: 700)) {
            command,
            count in
            command.hasPrefix("show servers conn")
                ? .reply(Script.connections([("web1", count < 2 ? 1 : 0)])) : nil
        }
        let outcome = try await ApplyScript.apply(
            [.awaitRemovable(path, within: Milliseconds(600_000)), .deleteServer(path)],
            over: transport
        )
        #expect(outcome.isComplete)
        #expect(
            transport.writes == ["shutdown sessions server shop/web1", "del server shop/web1"]
        )
    }

    @Test func `a proxy that can wait for connections to end is not polled`() async throws {
        let transport = ApplyScript.withServer(Script.row("web1", admin: 1, since: 3)) {
            command,
            count in
            switch command {
            case "show info":
                .reply("Name: HAProxy\nVersion: 3.0.11\nPid: 7\nStart_time_sec: 1\nStopping: 0")
            case "wait 1s srv-removable shop/web1":
                .reply(count == 0 ? "[3]: Failed." : "[6]: Done.")
            case "show servers conn shop":
                .reply(Script.connections([("web1", count < 2 ? 1 : 0)]))
            default: nil
            }
        }
        let outcome = try await ApplyScript.apply(
            [.awaitRemovable(path, within: Milliseconds(600_000)), .deleteServer(path)],
            over: transport
        )
        #expect(outcome.isComplete, "\(outcome.results)")
        #expect(
            transport.writes == [
                "wait 1s srv-removable shop/web1", "wait 1s srv-removable shop/web1",
                "del server shop/web1",
            ]
        )
        #expect(transport.commands.count { $0 == "show servers conn shop" } == 3)
    }

    @Test func `a proxy that waits for backends is asked to, and one that refuses is polled`()
        async throws
    {
        for word in ["[6]: Done.", "[3]: Usage: wait {-h|<duration>} [condition [args...]]"] {
            let transport = ApplyScript.withServer { command, count in
                switch command {
                case "show info":
                    .reply(
                        "Name: HAProxy\nVersion: 3.4.0\nPid: 7\nStart_time_sec: 1\nStopping: 0"
                    )
                case "unpublish backend shop": .reply("[6]: Backend unpublished.")
                case "del backend shop":
                    .reply(
                        count < 3
                            ? "[3]: Backend still has attached streams on it."
                            : "[6]: Backend deleted."
                    )
                case let text where text.hasPrefix("wait "): .reply(word)
                default: nil
                }
            }
            let changes: [Change] = [.unpublishBackend(path.backend), .deleteBackend(path.backend)]
            let outcome = try await ApplyScript.apply(changes, over: transport)
            #expect(outcome.isComplete, "\(outcome.results)")
            let waits = transport.writes.filter { $0.hasPrefix("wait ") }
            #expect(waits.allSatisfy { $0 == "wait 1s be-removable shop" })
            #expect(waits.count == (word == "[6]: Done." ? 1 : 2), "\(transport.writes)")
        }
    }

    @Test func `a deletion refused for idle connections is tried again until they are gone`()
        async throws
    {
        let refusal = "[3]: Server still has connections attached to it, cannot remove it."
        let transport = ApplyScript.withServer(Script.row("web1", admin: 1)) { command, count in
            command == "del server shop/web1" && count < 2 ? .reply(refusal) : nil
        }
        let outcome = try await ApplyScript.apply([.deleteServer(path)], over: transport)
        #expect(outcome.isComplete)
        #expect(transport.writes.count == 3)
    }

    @Test func `a backend goes when its last stream is gone`() async throws {
        let refusal = "[3]: Backend still has attached streams on it."
        let transport = ApplyScript.withServer { command, count in
            switch command {
            case "unpublish backend shop": .reply("[6]: Backend unpublished.")
            case "del backend shop":
                .reply(count < 2 ? refusal : "[6]: Backend deleted.")
            default: nil
            }
        }
        let changes: [Change] = [.unpublishBackend(path.backend), .deleteBackend(path.backend)]
        let outcome = try await ApplyScript.apply(changes, over: transport)
        #expect(outcome.isComplete, "\(outcome.results)")
        #expect(transport.writes.count == 4)
    }

    @Test func `a new version of a map is prepared, filled in chunks and committed`() async throws {
        let name = FleetFixture.map("hosts.map")
        let transport = ScriptedTransport { command, _ in
            command == "prepare map hosts.map" ? .reply("[6]: New version created: 4") : nil
        }
        let entries = (0..<3).map {
            MapEntry(key: "k\($0)", value: String(repeating: "v", count: 7_000))
        }
        let outcome = try await ApplyScript.apply(
            [.replaceMap(name, entries: entries, added: 3, changed: 0, removed: 0)],
            over: transport,
            maps: ["hosts.map"]
        )
        #expect(outcome.isComplete)
        let heads = transport.writes.map { $0.prefix { $0 != "|" } }
        #expect(
            heads == [
                "prepare map hosts.map", "add map @4 hosts.map", "add map @4 hosts.map",
                "commit map @4 hosts.map",
            ]
        )
    }

    @Test func `a map that cannot be filled keeps its old version`() async throws {
        let name = FleetFixture.map("hosts.map")
        let transport = ScriptedTransport { command, _ in
            if command == "prepare map hosts.map" { return .reply("[6]: New version created: 4") }
            return command.hasPrefix("add map") ? .reply("[3]: out of memory") : nil
        }
        let outcome = try await ApplyScript.apply(
            [
                .replaceMap(
                    name,
                    entries: [MapEntry(key: "a", value: "b")],
                    added: 1,
                    changed: 0,
                    removed: 0
                )
            ],
            over: transport,
            maps: ["hosts.map"]
        )
        #expect(outcome.ending == .partial)
        #expect(transport.writes.last == "clear map @4 hosts.map")
    }

    @Test func `a server is not deleted when the proxy would refuse what replaces it`() async throws
    {
        let transport = ApplyScript.withServer { command, _ in
            command.hasPrefix("add server") ? .reply("[3]: unknown keyword 'send-proxy'") : nil
        }
        var attributes = ServerAttributes()
        attributes[.sendProxy] = .flag
        let endpoint = FleetFixture.endpoint("10.0.0.1:80")
        let outcome = try await ApplyScript.apply(
            [
                .setAdmin(path, from: .ready, to: .maint), .deleteServer(path),
                .addServer(path, id: 1, endpoint: endpoint, attributes: attributes),
            ],
            over: transport
        )
        #expect(outcome.ending == .partial)
        guard case .failed(let error) = outcome.results[0].result,
            case .rejected(_, let words) = error.cause
        else {
            Issue.record("\(outcome.results)")
            return
        }
        #expect(words == "unknown keyword 'send-proxy'")
        #expect(ApplyScript.results(outcome)[1...] == [.skipped(after: 1), .skipped(after: 1)])
        // Only the trial was sent.
        #expect(transport.writes.allSatisfy { $0.contains("web1.trial") })
    }

    @Test func `equal replacements are tried once and then made`() async throws {
        let transport = ApplyScript.withServer()
        let endpoint = FleetFixture.endpoint("10.0.0.1:80")
        let changes = ["web1", "web2"].map { FleetFixture.path($0) }.flatMap { path -> [Change] in
            [
                .deleteServer(path),
                .addServer(path, id: 1, endpoint: endpoint, attributes: ServerAttributes()),
            ]
        }
        let outcome = try await ApplyScript.apply(changes, over: transport)
        #expect(outcome.isComplete)
        #expect(transport.writes.prefix(2).allSatisfy { $0.contains("web1.trial") })
        #expect(transport.writes.count == 6)
    }
}
