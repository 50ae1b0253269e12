import Fleet
import Model
import Planning
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

    @Test func `a few steps go without a transaction`() async throws {
        let transport = transport(commit: "")
        let outcome = try await ApplyScript.apply(Array(additions.prefix(2)), over: transport)
        #expect(outcome.isComplete)
        #expect(!transport.writes.contains("begin"))
    }
}
