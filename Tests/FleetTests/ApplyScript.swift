import Fleet
import Model
import Planning
import Simulation

/// Applies changes to a scripted proxy and says what became of them.
enum ApplyScript {
    static let clock = SimulatedClock()
    static let path = FleetFixture.path("web1")

    /// Observes, plans these changes in a row, and applies them; time passes whenever somebody sleeps.
    static func apply(
        _ changes: [Change],
        over transport: ScriptedTransport,
        maps: [String] = []
    ) async throws -> ApplyOutcome {
        let scope = ObservationScope(maps: maps.map { FleetFixture.map($0) })
        let observed = try await Observer(transport: transport, clock: clock)
            .observe(FleetFixture.target(), scope)
        return await apply(FleetFixture.plan(changes, on: observed), over: transport)
    }

    static func apply(_ plan: ProxyPlan, over transport: ScriptedTransport) async -> ApplyOutcome {
        let applier = Applier(transport: transport, clock: SkippingClock())
        return await applier.apply(plan, to: FleetFixture.target())
    }

    static func results(_ outcome: ApplyOutcome) -> [StepReport.Result] {
        outcome.results.map(\.result)
    }

    static func weight(to value: Int) -> Change {
        .setWeight(path, from: .one, to: FleetFixture.weight(value))
    }

    static func withServer(
        _ row: String = Script.row("web1"),
        _ answer: @escaping @Sendable (String, Int) -> ScriptedTransport.Answer? = { _, _ in nil }
    ) -> ScriptedTransport {
        ScriptedTransport { command, count in
            if let own = answer(command, count) { return own }
            return command.hasPrefix("show servers state") ? .reply(Script.states([row])) : nil
        }
    }
}
