import Fleet
import Model
import Planning
import Simulation
import Synchronization
import Testing

struct ApplierTests {
    private let path = ApplyScript.path
    private let clock = ApplyScript.clock

    @Test func `a change in place is one command`() async throws {
        let transport = ApplyScript.withServer()
        let outcome = try await ApplyScript.apply([ApplyScript.weight(to: 5)], over: transport)
        #expect(outcome.isComplete)
        #expect(transport.writes == ["set server shop/web1 weight 5"])
    }

    @Test func `an addition sends every attribute and then makes the server ready`() async throws {
        var attributes = ServerAttributes()
        attributes[.weight] = .integer(9)
        attributes[.sendProxyV2] = .flag
        let transport = ScriptedTransport()
        let outcome = try await ApplyScript.apply(
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
        let transport = ApplyScript.withServer { command, count in
            command == "show info" ? .reply("Version: 2.6.1\n\(infos[min(count, 1)])") : nil
        }
        let outcome = try await ApplyScript.apply([ApplyScript.weight(to: 5)], over: transport)
        guard case .stale(let words) = outcome.ending else {
            Issue.record("\(outcome.ending)")
            return
        }
        #expect(words.contains("pid 8"))
        #expect(transport.writes == [])
        #expect(ApplyScript.results(outcome) == [.notReached])
    }

    @Test func `a base that moved makes the plan stale`() async throws {
        let transport = ScriptedTransport { command, count in
            command == "show servers state"
                ? .reply(Script.states([Script.row("web1", weight: count == 0 ? 1 : 3)])) : nil
        }
        let outcome = try await ApplyScript.apply([ApplyScript.weight(to: 5)], over: transport)
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
            ApplyScript.weight(to: 5), .setAdmin(path, from: .ready, to: .drain),
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
        let outcome = await ApplyScript.apply(plan, over: transport)
        #expect(outcome.ending == .partial)
        guard case .failed(let error) = outcome.results[0].result else {
            Issue.record("\(outcome.results[0])")
            return
        }
        #expect(
            error.cause
                == .rejected(command: "set server shop/web1 weight 5", words: "No such server.")
        )
        #expect(ApplyScript.results(outcome)[1...] == [.skipped(after: 1), .done])
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
        let outcome = try await ApplyScript.apply([add], over: transport)
        #expect(outcome.ending == .partial)
    }

    @Test func `a lost reply leaves the outcome unknown and nothing is repeated`() async throws {
        let transport = ApplyScript.withServer { command, _ in
            command.hasPrefix("set server shop/web1 weight") ? .cut("") : nil
        }
        let outcome = try await ApplyScript.apply(
            [ApplyScript.weight(to: 5), .setAdmin(path, from: .ready, to: .drain)],
            over: transport
        )
        guard case .lost(let error) = outcome.ending else {
            Issue.record("\(outcome.ending)")
            return
        }
        #expect(error.cause == .cut(answered: 0, sent: 1))
        #expect(ApplyScript.results(outcome) == [.unknown, .skipped(after: 1)])
        #expect(transport.writes == ["set server shop/web1 weight 5"])
    }

    @Test func `a hanging command meets the deadline and closes the connection`() async throws {
        let transport = ApplyScript.withServer { command, _ in
            command.hasPrefix("set server shop/web1 weight") ? .hang : nil
        }
        let outcome = try await ApplyScript.apply([ApplyScript.weight(to: 5)], over: transport)
        guard case .lost(let error) = outcome.ending else {
            Issue.record("\(outcome.ending)")
            return
        }
        #expect(error.cause == .hanging(.seconds(10)))
        #expect(ApplyScript.results(outcome) == [.unknown])
        #expect(transport.closed >= 2)
    }

    @Test func `progress hears every step once`() async throws {
        let transport = ApplyScript.withServer()
        let observed = try await Observer(transport: transport, clock: clock)
            .observe(FleetFixture.target(), ObservationScope(maps: []))
        let plan = FleetFixture.plan(
            [ApplyScript.weight(to: 5), ApplyScript.weight(to: 6)],
            on: observed
        )
        let heard = Mutex<[Int]>([])
        let applier = Applier(transport: transport, clock: SkippingClock())
        _ = await applier.apply(plan, to: FleetFixture.target()) { report in
            heard.withLock { $0.append(report.step) }
        }
        #expect(heard.withLock { $0 } == [1, 2])
    }

}
