import Fleet
import Model
import Planning
import Testing

/// Servers that went down after the plan was made, on a scripted proxy.
struct ApplyRunCapacityTests {
    private static func path(_ server: String) -> ServerPath { FleetFixture.path(server) }

    /// Servers `web1` to `web4` of weight 1, of which those named went down after the first look.
    private func transport(
        down: Set<String>,
        hasTransactions: Bool = false
    ) -> ScriptedTransport {
        ScriptedTransport { command, count in
            switch command {
            case "help" where hasTransactions: return .reply("  show info\n  begin\n  commit\n")
            case "begin": return .reply("[6]: Transaction started.")
            case "commit": return .reply("[6]: Transaction committed.")
            case "show servers state", "show servers state shop":
                let isLater = command == "show servers state shop"
                let rows = (1...4).map { number in
                    let isDown = isLater && down.contains("web\(number)")
                    return Script.row("web\(number)", operational: isDown ? 0 : 2, checks: 6)
                }
                return .reply(Script.states(rows))
            default: return nil
            }
        }
    }

    /// Drains these servers one after the other, where `floor` must stay in service.
    private func plan(
        draining names: [String],
        floor: Int,
        over transport: ScriptedTransport
    ) async throws -> ProxyPlan {
        let changes = names.flatMap { name -> [Change] in
            [
                .setAdmin(Self.path(name), from: .ready, to: .drain),
                .setWeight(
                    Self.path(name),
                    from: FleetFixture.weight(1),
                    to: FleetFixture.weight(7)
                ),
            ]
        }
        let observed = try await Observer(transport: transport, clock: ApplyScript.clock)
            .observe(FleetFixture.target(), ObservationScope(maps: []))
        var plan = FleetFixture.plan(changes, chainsOf: 2, on: observed)
        plan.floors = [ServingFloor(backend: FleetFixture.name("shop"), weight: floor)]
        return plan
    }

    @Test(arguments: [false, true])
    func `what would leave too little in service is not done, and the result says why`(
        hasTransactions: Bool
    ) async throws {
        let transport = transport(down: ["web4"], hasTransactions: hasTransactions)
        let plan = try await plan(draining: ["web1", "web2"], floor: 2, over: transport)
        let outcome = await ApplyScript.apply(plan, over: transport)
        #expect(outcome.ending == .partial)
        let words =
            "backend shop: without web2 1 of 2 would be in service, and the plan keeps 2; "
            + "down since the plan was made: web4"
        #expect(
            ApplyScript.results(outcome) == [.done, .done, .deferred(words), .skipped(after: 3)]
        )
        #expect(!transport.writes.contains("set server shop/web2 state drain"))
    }

    @Test(arguments: [false, true])
    func `nothing more is taken out of a backend in which too little is in service`(
        hasTransactions: Bool
    ) async throws {
        let transport = transport(
            down: ["web2", "web3", "web4"],
            hasTransactions: hasTransactions
        )
        let plan = try await plan(draining: ["web1", "web2"], floor: 2, over: transport)
        let outcome = await ApplyScript.apply(plan, over: transport)
        let results = ApplyScript.results(outcome)
        guard case .deferred(let words) = results[0] else {
            Issue.record("\(results)")
            return
        }
        #expect(words.hasSuffix("down since the plan was made: web2, web3, web4"))
        // One that serves nobody may go.
        #expect(results[1...] == [.skipped(after: 1), .done, .done])
    }

    @Test(arguments: [false, true])
    func `with enough in service everything is done`(hasTransactions: Bool) async throws {
        let transport = transport(down: ["web4"], hasTransactions: hasTransactions)
        let plan = try await plan(draining: ["web1", "web2"], floor: 1, over: transport)
        let outcome = await ApplyScript.apply(plan, over: transport)
        #expect(outcome.isComplete)
    }

    @Test func `a plan without floors looks no further`() async throws {
        let transport = transport(down: ["web4"])
        var plan = try await plan(draining: ["web1", "web2"], floor: 2, over: transport)
        plan.floors = []
        let outcome = await ApplyScript.apply(plan, over: transport)
        #expect(outcome.isComplete)
        #expect(!transport.commands.contains("show servers state shop"))
    }
}
