import Fleet
import Model
import Planning
import Simulation
import Testing

/// A scripted proxy with transactions; `commit` answers what the test says.
struct ApplyRunTransactionsTests {
    private let path = FleetFixture.path("web9")

    private func transport(
        commit: String,
        _ answer: @escaping @Sendable (String) -> ScriptedTransport.Answer? = { _ in nil }
    ) -> ScriptedTransport {
        ScriptedTransport { command, count in
            if let own = answer(command) { return own }
            return switch command {
            case "help": .reply("  show info\n  begin [<delay>] : collect\n  commit : do\n")
            case "begin": .reply("[6]: Transaction started.")
            case "commit": .reply(commit)
            default: nil
            }
        }
    }

    private var additions: [Change] {
        let endpoint = FleetFixture.endpoint("10.0.0.9:80")
        return [
            .addServer(path, id: 1, endpoint: endpoint, attributes: ServerAttributes()),
            .setWeight(path, from: .one, to: FleetFixture.weight(5)),
            .setAdmin(path, from: .maint, to: .ready),
        ]
    }

    @Test func `a chain goes as one transaction in one batch`() async throws {
        let transport = transport(commit: "[6]: Transaction committed: 3 commands.")
        let outcome = try await ApplyScript.apply(additions, over: transport)
        #expect(outcome.isComplete)
        #expect(
            transport.writes == [
                "begin", "add server shop/web9 10.0.0.9:80 id 1", "set server shop/web9 weight 5",
                "set server shop/web9 state ready", "commit",
            ]
        )
    }

    @Test func `what was refused as a whole goes one by one, with an answer each`() async throws {
        let transport = transport(commit: "[3]: Transaction rolled back: command 2 of 3") {
            command in
            command == "set server shop/web9 weight 5" ? .reply("[3]: No such server.") : nil
        }
        let outcome = try await ApplyScript.apply(additions, over: transport)
        #expect(outcome.ending == .partial)
        guard case .failed(let error) = outcome.results[1].result else {
            Issue.record("\(outcome.results)")
            return
        }
        #expect(outcome.results[0].result == .done)
        #expect(
            error.cause
                == .rejected(command: "set server shop/web9 weight 5", words: "No such server.")
        )
        #expect(outcome.results[2].result == .skipped(after: 2))
        #expect(transport.writes.count { $0 == "begin" } == 1)
    }

    @Test func `a lost answer leaves every step of the transaction unknown`() async throws {
        let transport = transport(commit: "") { $0 == "commit" ? .cut("") : nil }
        let outcome = try await ApplyScript.apply(additions, over: transport)
        guard case .lost = outcome.ending else {
            Issue.record("\(outcome.ending)")
            return
        }
        #expect(ApplyScript.results(outcome) == [.unknown, .unknown, .unknown])
    }

    @Test func `what is awaited comes after the commit`() async throws {
        let transport = transport(commit: "[6]: Transaction committed: 3 commands.") { command in
            command.hasPrefix("show servers state shop")
                ? .reply(Script.states([Script.row("web9", result: 3, checks: 6)])) : nil
        }
        let outcome = try await ApplyScript.apply(
            additions + [
                .awaitUp(path, within: Milliseconds(10_000)),
                .setWeight(path, from: FleetFixture.weight(5), to: FleetFixture.weight(6)),
            ],
            over: transport
        )
        #expect(outcome.isComplete)
        #expect(transport.writes.firstIndex(of: "commit") == 4)
        #expect(transport.writes.last == "set server shop/web9 weight 6")
    }

    /// Eight servers that are added, weighted and made ready, in transactions of three steps each.
    private func applyEight(over transport: ScriptedTransport) async throws -> ApplyOutcome {
        let observed = try await Observer(transport: transport, clock: ApplyScript.clock)
            .observe(FleetFixture.target(), ObservationScope(maps: []))
        let changes = (1...8).flatMap { number -> [Change] in
            let path = FleetFixture.path("web\(number)")
            let endpoint = FleetFixture.endpoint("10.0.0.\(number):80")
            return [
                .addServer(path, id: number, endpoint: endpoint, attributes: ServerAttributes()),
                .setWeight(path, from: .one, to: FleetFixture.weight(5)),
                .setAdmin(path, from: .maint, to: .ready),
            ]
        }
        let plan = FleetFixture.plan(changes, chainsOf: 3, on: observed)
        var limits = FleetLimits()
        limits.transaction = 3
        let applier = Applier(transport: transport, clock: SkippingClock(), limits: limits)
        return await applier.apply(plan, to: FleetFixture.target())
    }

    @Test func `transactions under way at once are answered in their order`() async throws {
        let transport = transport(commit: "[6]: Transaction committed: 3 commands.")
        let outcome = try await applyEight(over: transport)
        #expect(outcome.isComplete)
        #expect(transport.writes.count { $0 == "commit" } == 8)
        #expect(transport.writes.count == 24 + 16)
    }

    @Test func `one that is refused does not undo the one sent after it`() async throws {
        let transport = ScriptedTransport { command, count in
            switch command {
            case "help": .reply("  show info\n  begin [<delay>] : collect\n  commit : do\n")
            case "begin": .reply("[6]: Transaction started.")
            case "commit" where count == 1: .reply("[3]: Transaction rolled back: command 1 of 3")
            case "commit": .reply("[6]: Transaction committed: 3 commands.")
            default: nil
            }
        }
        let outcome = try await applyEight(over: transport)
        #expect(outcome.isComplete)
        let additions = transport.writes.filter { $0.hasPrefix("add server") }
        #expect(additions.count == 11)
    }

    @Test func `what was sent after a lost answer is unknown as well`() async throws {
        let transport = transport(commit: "") { $0 == "commit" ? .cut("") : nil }
        let outcome = try await applyEight(over: transport)
        guard case .lost = outcome.ending else {
            Issue.record("\(outcome.ending)")
            return
        }
        let results = ApplyScript.results(outcome)
        #expect(results.filter { $0 == .unknown }.count == 6)
        #expect(results.filter { $0 == .notReached }.count == 6)
    }

    @Test func `a few steps go without a transaction`() async throws {
        let transport = transport(commit: "")
        let outcome = try await ApplyScript.apply(Array(additions.prefix(2)), over: transport)
        #expect(outcome.isComplete)
        #expect(!transport.writes.contains("begin"))
    }
}
