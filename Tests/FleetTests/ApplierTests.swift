import Fleet
import Model
import Planning
import Simulation
import Synchronization
import Testing

struct ApplierTests {
    private let clock = SimulatedClock()
    private let path = FleetFixture.path("web1")

    /// Observes, plans these changes in a row, and applies them; time passes whenever somebody sleeps.
    private func apply(
        _ changes: [Change],
        over transport: ScriptedTransport,
        maps: [String] = []
    ) async throws -> ApplyOutcome {
        let scope = ObservationScope(maps: maps.map { FleetFixture.map($0) })
        let observed = try await Observer(transport: transport, clock: clock)
            .observe(FleetFixture.target(), scope)
        return await apply(FleetFixture.plan(changes, on: observed), over: transport)
    }

    private func apply(_ plan: ProxyPlan, over transport: ScriptedTransport) async -> ApplyOutcome {
        let applier = Applier(transport: transport, clock: SkippingClock())
        return await applier.apply(plan, to: FleetFixture.target())
    }

    private func results(_ outcome: ApplyOutcome) -> [StepReport.Result] {
        outcome.results.map(\.result)
    }

    private func weight(to value: Int) -> Change {
        .setWeight(path, from: .one, to: FleetFixture.weight(value))
    }

    private func withServer(
        _ row: String = Script.row("web1"),
        _ answer: @escaping @Sendable (String, Int) -> ScriptedTransport.Answer? = { _, _ in nil }
    ) -> ScriptedTransport {
        ScriptedTransport { command, count in
            if let own = answer(command, count) { return own }
            return command.hasPrefix("show servers state") ? .reply(Script.states([row])) : nil
        }
    }

    @Test func `a change in place is one command`() async throws {
        let transport = withServer()
        let outcome = try await apply([weight(to: 5)], over: transport)
        #expect(outcome.isComplete)
        #expect(transport.writes == ["set server shop/web1 weight 5"])
    }

    @Test func `an addition sends every attribute and then makes the server ready`() async throws {
        var attributes = ServerAttributes()
        attributes[.weight] = .integer(9)
        attributes[.sendProxyV2] = .flag
        let transport = ScriptedTransport()
        let outcome = try await apply(
            [
                .addServer(
                    path,
                    id: 42,
                    endpoint: FleetFixture.endpoint("10.0.0.9:80"),
                    attributes: attributes
                ),
                .setAdmin(path, from: .maint, to: .ready),
            ],
            over: transport
        )
        #expect(outcome.isComplete)
        #expect(
            transport.writes == [
                "add server shop/web1 10.0.0.9:80 id 42 weight 9 send-proxy-v2",
                "set server shop/web1 state ready",
            ]
        )
    }

    @Test func `a restarted proxy makes the plan stale and hears nothing`() async throws {
        let infos = ["Pid: 7", "Pid: 8"]
        let transport = withServer { command, count in
            command == "show info" ? .reply("Version: 2.6.1\n\(infos[min(count, 1)])") : nil
        }
        let outcome = try await apply([weight(to: 5)], over: transport)
        guard case .stale(let words) = outcome.ending else {
            Issue.record("\(outcome.ending)")
            return
        }
        #expect(words.contains("pid 8"))
        #expect(transport.writes == [])
        #expect(results(outcome) == [.notReached])
    }

    @Test func `a base that moved makes the plan stale`() async throws {
        let transport = ScriptedTransport { command, count in
            command == "show servers state"
                ? .reply(Script.states([Script.row("web1", weight: count == 0 ? 1 : 3)])) : nil
        }
        let outcome = try await apply([weight(to: 5)], over: transport)
        guard case .stale = outcome.ending else {
            Issue.record("\(outcome.ending)")
            return
        }
        #expect(transport.writes == [])
    }

    @Test func `a rejected step stops what comes after it and nothing else`() async throws {
        let transport = ScriptedTransport { command, _ in
            command.hasPrefix("set server shop/web1 weight") ? .reply("[3]: No such server.") : nil
        }
        let observed = try await Observer(transport: transport, clock: clock)
            .observe(FleetFixture.target(), ObservationScope(maps: []))
        let other = FleetFixture.path("web2")
        let changes: [Change] = [
            weight(to: 5), .setAdmin(path, from: .ready, to: .drain),
            .setAdmin(other, from: .maint, to: .ready),
        ]
        let after = [[], [1], []]
        let steps = changes.enumerated().map {
            Step(id: $0 + 1, change: $1, origin: FleetFixture.origin, after: after[$0])
        }
        let plan = ProxyPlan(
            proxy: observed.name,
            incarnation: observed.incarnation,
            base: Planner.baseDigest(of: steps, in: observed),
            steps: steps
        )
        let outcome = await apply(plan, over: transport)
        #expect(outcome.ending == .partial)
        guard case .failed(let error) = outcome.results[0].result else {
            Issue.record("\(outcome.results[0])")
            return
        }
        #expect(
            error.cause
                == .rejected(command: "set server shop/web1 weight 5", words: "No such server.")
        )
        #expect(results(outcome)[1...] == [.skipped(after: 1), .done])
    }

    @Test func `a success without the expected words is a failure`() async throws {
        let transport = ScriptedTransport { command, _ in
            command.hasPrefix("add server") ? .reply("[6]: Unknown command: 'add server'") : nil
        }
        let add = Change.addServer(
            path,
            id: 1,
            endpoint: FleetFixture.endpoint("10.0.0.9:80"),
            attributes: ServerAttributes()
        )
        let outcome = try await apply([add], over: transport)
        #expect(outcome.ending == .partial)
    }

    @Test func `a lost reply leaves the outcome unknown and nothing is repeated`() async throws {
        let transport = withServer { command, _ in
            command.hasPrefix("set server shop/web1 weight") ? .cut("") : nil
        }
        let outcome = try await apply(
            [weight(to: 5), .setAdmin(path, from: .ready, to: .drain)],
            over: transport
        )
        guard case .lost(let error) = outcome.ending else {
            Issue.record("\(outcome.ending)")
            return
        }
        #expect(error.cause == .cut(answered: 0, sent: 1))
        #expect(results(outcome) == [.unknown, .skipped(after: 1)])
        #expect(transport.writes == ["set server shop/web1 weight 5"])
    }

    @Test func `a hanging command meets the deadline and closes the connection`() async throws {
        let transport = withServer { command, _ in
            command.hasPrefix("set server shop/web1 weight") ? .hang : nil
        }
        let outcome = try await apply([weight(to: 5)], over: transport)
        guard case .lost(let error) = outcome.ending else {
            Issue.record("\(outcome.ending)")
            return
        }
        #expect(error.cause == .hanging(.seconds(10)))
        #expect(results(outcome) == [.unknown])
        #expect(transport.closed >= 2)
    }

    @Test func `awaiting up looks until a check has passed`() async throws {
        let transport = ScriptedTransport { command, count in
            command == "show servers state shop"
                ? .reply(
                    Script.states([
                        Script.row("web1", admin: 8, result: count < 3 ? 0 : 3, checks: 6)
                    ])
                ) : nil
        }
        let outcome = try await apply(
            [.awaitUp(path, within: Milliseconds(10_000))],
            over: transport
        )
        #expect(outcome.isComplete)
        #expect(transport.commands.count { $0 == "show servers state shop" } == 4)
    }

    @Test func `awaiting up gives up at its deadline and stops what follows`() async throws {
        let transport = withServer(Script.row("web1", admin: 8, operational: 0, checks: 6))
        let outcome = try await apply(
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
        let outcome = try await apply(
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
        let transport = withServer(Script.row("web1", admin: 1, since: 3)) { command, _ in
            command.hasPrefix("show servers conn") ? .reply(Script.connections([("web1", 2)])) : nil
        }
        let outcome = try await apply(
            [.awaitRemovable(path, within: Milliseconds(600_000)), .deleteServer(path)],
            over: transport
        )
        #expect(outcome.ending == .partial)
        #expect(
            results(outcome) == [
                .deferred("2 connections are left; a later pass deletes it"), .skipped(after: 1),
            ]
        )
        #expect(transport.writes == [])
    }

    @Test func `after the drain timeout sessions are shut down`() async throws {
        let transport = withServer(Script.row("web1", admin: 1, since: 700)) { command, count in
            command.hasPrefix("show servers conn")
                ? .reply(Script.connections([("web1", count < 2 ? 1 : 0)])) : nil
        }
        let outcome = try await apply(
            [.awaitRemovable(path, within: Milliseconds(600_000)), .deleteServer(path)],
            over: transport
        )
        #expect(outcome.isComplete)
        #expect(
            transport.writes == ["shutdown sessions server shop/web1", "del server shop/web1"]
        )
    }

    @Test func `a deletion refused for idle connections is tried again until they are gone`()
        async throws
    {
        let refusal = "[3]: Server still has connections attached to it, cannot remove it."
        let transport = withServer(Script.row("web1", admin: 1)) { command, count in
            command == "del server shop/web1" && count < 2 ? .reply(refusal) : nil
        }
        let outcome = try await apply([.deleteServer(path)], over: transport)
        #expect(outcome.isComplete)
        #expect(transport.writes.count == 3)
    }

    @Test func `a new version of a map is prepared, filled in chunks and committed`() async throws {
        let name = FleetFixture.map("hosts.map")
        let transport = ScriptedTransport { command, _ in
            command == "prepare map hosts.map" ? .reply("[6]: New version created: 4") : nil
        }
        let entries = (0..<3).map {
            MapEntry(key: "k\($0)", value: String(repeating: "v", count: 7_000))
        }
        let outcome = try await apply(
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
        let outcome = try await apply(
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

    @Test func `progress hears every step once`() async throws {
        let transport = withServer()
        let observed = try await Observer(transport: transport, clock: clock)
            .observe(FleetFixture.target(), ObservationScope(maps: []))
        let plan = FleetFixture.plan([weight(to: 5), weight(to: 6)], on: observed)
        let heard = Mutex<[Int]>([])
        let applier = Applier(transport: transport, clock: SkippingClock())
        _ = await applier.apply(plan, to: FleetFixture.target()) { report in
            heard.withLock { $0.append(report.step) }
        }
        #expect(heard.withLock { $0 } == [1, 2])
    }
}
