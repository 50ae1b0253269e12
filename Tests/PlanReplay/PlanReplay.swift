import Model
package import PlanSearch
import Planning

/// Runs the planner's list for a world on the search's own proxy, under the search's own oracle.
package struct PlanReplay {
    /// What the planner came to.
    package struct Result: Sendable {
        package var cost = SearchCost()
        /// Something has to wait although the document asks for it.
        package var isPostponed = false
        /// The first thing that went wrong; nil when every step was possible and safe.
        package var complaint: String?
        /// The steps in words.
        package var list: [String] = []
    }

    private let world: SearchWorld
    private let planned: PlannedWorld
    private let oracle: SafetyOracle
    private let plan: ProxyPlan

    /// Plans for a world.
    package init(_ world: SearchWorld) {
        self.world = world
        planned = PlannedWorld(world: world)
        oracle = SafetyOracle(world)
        plan = Planner.planProxy(planned.fleet, observed: planned.proxy)
    }

    /// As an applier does it: everything that may run runs, in any order; then it waits.
    package func run(using generator: inout some RandomNumberGenerator) -> Result {
        run(using: &generator, isPatient: false)
    }

    /// In any order at all, waiting whenever it occurs to it.
    package func runAnyhow(using generator: inout some RandomNumberGenerator) -> Result {
        run(using: &generator, isPatient: true)
    }

    private func run(
        using generator: inout some RandomNumberGenerator,
        isPatient: Bool
    ) -> Result {
        var result = Result()
        result.list = plan.steps.map { "\($0.id) after \($0.after): \($0.change)" }
        result.isPostponed = plan.remarks.contains { $0.kind == .postponed }
        var state = world.start
        var waiting = plan.steps
        var done: Set<Int> = []
        while !waiting.isEmpty, result.complaint == nil {
            let ready = waiting.filter { done.isSuperset(of: $0.after) }
            let quick = ready.filter { !$0.change.takesTime }
            let candidates = isPatient || quick.isEmpty ? ready : quick
            guard let step = candidates.randomElement(using: &generator) else {
                result.complaint = "steps wait for each other"
                break
            }
            let finished = step.change.takesTime ? ready.filter { $0.change.takesTime } : [step]
            done.formUnion(finished.map(\.id))
            waiting.removeAll { done.contains($0.id) }
            perform(step, &state, &result)
        }
        if result.complaint == nil, !result.isPostponed, !world.isGoal(state) {
            result.complaint = "the list ends elsewhere"
        }
        return result
    }

    private func perform(_ step: Step, _ state: inout SearchState, _ result: inout Result) {
        if step.change.takesTime {
            result.cost.outage += world.servers(out: state)
            state = world.after(.wait, state) ?? state
            return
        }
        guard !step.change.isWait else { return }
        guard let move = move(step.change) else {
            result.complaint = "step \(step.id) is about something else"
            return
        }
        guard let next = world.after(move, state) else {
            result.complaint = "the proxy refuses step \(step.id), or it changes nothing"
            return
        }
        if let words = oracle.objection(to: move, from: state, to: next) {
            result.complaint = "step \(step.id): \(words)"
        }
        result.cost.operations += world.operations(move)
        state = next
    }

    private func move(_ change: Change) -> SearchMove? {
        if change.map != nil { return mapMove(change) }
        if let backend = change.backend { return backendMove(change, backend) }
        guard let path = change.server, let index = planned.index(of: path) else { return nil }
        switch change {
        case .addServer: return .add(index)
        case .deleteServer: return .delete(index)
        case .enableHealth: return .enableHealth(index)
        case .setAdmin(_, _, let state): return .mode(index, ServerMode(state))
        case .setWeight: return .weight(index)
        case .setAddress: return .address(index)
        case .setMaxconn: return .maxconn(index)
        default: return nil
        }
    }

    private func backendMove(_ change: Change, _ name: BackendName) -> SearchMove? {
        guard let index = world.backends.indices.first(where: { PlannedWorld.backend($0) == name })
        else { return nil }
        return switch change {
        case .addBackend: .create(index)
        case .publishBackend: .publish(index)
        case .unpublishBackend: .unpublish(index)
        default: .drop(index)
        }
    }

    private func mapMove(_ change: Change) -> SearchMove? {
        switch change {
        case .addMapEntry(_, let entry), .deleteMapEntry(_, let entry):
            PlannedWorld.key(entry.key).map { .entry($0) }
        case .setMapEntry(_, let key, _, _): PlannedWorld.key(key).map { .entry($0) }
        case .replaceMap: .replaceMap
        default: nil
        }
    }
}

extension Change {
    /// A wait that takes time on a proxy where nobody is connected.
    fileprivate var takesTime: Bool {
        switch self {
        case .awaitUp, .grace: true
        default: false
        }
    }
}
