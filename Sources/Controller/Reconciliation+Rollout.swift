import Fleet
package import Model
package import Planning

/// A plan on its way to a fleet.
package struct RolloutWork: Sendable {
    package let plan: Plan
    package let targets: [ProxyTarget]
    package let settings: RolloutSettings
    package let events: @Sendable (PassEvent) -> Void

    package init(
        plan: Plan,
        targets: [ProxyTarget],
        settings: RolloutSettings,
        events: @escaping @Sendable (PassEvent) -> Void
    ) {
        self.plan = plan
        self.targets = targets
        self.settings = settings
        self.events = events
    }
}

/// What a second look at a proxy found.
enum Confirmation: Sendable {
    case asDesired
    case differs(steps: Int)
    /// Nothing can be done now, e.g. because capacity would fall below its floor.
    case waits(String)
    case unknown(FleetError)
}

extension Reconciliation {
    /// Runs the waves; the outcome of every proxy that has steps.
    ///
    /// Cancellation lets nothing more start; what was begun ends between two operations.
    func rollOut(
        _ work: RolloutWork,
        confirming confirm: @escaping @Sendable (ProxyTarget) async -> Confirmation
    ) async -> [ProxyName: ProxyOutcome] {
        let plans = Dictionary(
            uniqueKeysWithValues: work.plan.proxies.filter { !$0.steps.isEmpty }.map {
                ($0.proxy, $0)
            }
        )
        let targets = work.targets.filter { plans[$0.name] != nil }
        let targetsByName = Dictionary(targets.map { ($0.name, $0) }) { first, _ in first }
        var rollout = Rollout(over: targets, settings: work.settings)
        var outcomes: [ProxyName: ProxyOutcome] = [:]
        await withTaskGroup(of: (ProxyName, ProxyOutcome).self) { group in
            while true {
                if Task.isCancelled { rollout.halt() }
                switch rollout.next() {
                case .apply(let names):
                    for name in names {
                        guard let plan = plans[name], let target = targetsByName[name] else {
                            continue
                        }
                        group.addTask {
                            (name, await self.bring(plan, to: target, work, confirming: confirm))
                        }
                    }
                case .wait:
                    guard let (name, outcome) = await group.next() else { return }
                    outcomes[name] = outcome
                    if outcome.isConverged || outcome.isPending {
                        rollout.report(confirmed: name)
                    } else {
                        rollout.report(failed: name)
                    }
                case .soak(let soak):
                    work.events(.soaking(soak.duration))
                    try? await clock.sleep(for: soak.duration)
                    rollout.soaked()
                case .finished:
                    return
                }
            }
        }
        for name in rollout.held { outcomes[name] = .held }
        return outcomes
    }

    private func bring(
        _ plan: ProxyPlan,
        to target: ProxyTarget,
        _ work: RolloutWork,
        confirming confirm: @Sendable (ProxyTarget) async -> Confirmation
    ) async -> ProxyOutcome {
        let operations = plan.steps.count { !$0.change.isWait }
        work.events(.started(target.name, operations: operations))
        let uptime = Uptime(clock)
        let steps = Dictionary(plan.steps.map { ($0.id, $0) }) { first, _ in first }
        let applier = Applier(transport: transport, clock: clock, limits: limits)
        let applied = await applier.apply(plan, to: target) { report in
            guard let step = steps[report.step] else { return }
            work.events(.step(target.name, step, report.result))
        }
        let outcome: ProxyOutcome
        switch applied.ending {
        case .stale(let text): outcome = .stale(text)
        case .lost(let error): outcome = ProxyOutcome(lost: error)
        case .complete, .partial:
            outcome =
                switch await confirm(target) {
                case .asDesired:
                    applied.unfinished(steps)
                        ?? .converged(operations: operations, took: uptime.now)
                case .differs(let count): applied.unfinished(steps) ?? .pending(Self.rest(count))
                case .waits(let reason): applied.unfinished(steps) ?? .pending(reason)
                case .unknown(let error): ProxyOutcome(lost: error)
                }
        }
        work.events(.finished(target.name, outcome))
        return outcome
    }

    private static func rest(_ count: Int) -> String {
        count == 1
            ? "1 step is left for the next pass" : "\(count) steps are left for the next pass"
    }
}

extension ProxyOutcome {
    /// A cancelled proxy is not lost: it waits for the next pass.
    fileprivate init(lost error: FleetError) {
        self = error.cause == .cancelled ? .held : .unreachable(error)
    }
}

extension ApplyOutcome {
    /// Why not everything was done; a refusal tells more than a step that waits.
    fileprivate func unfinished(_ steps: [Int: Step]) -> ProxyOutcome? {
        var pending: String?
        for report in results {
            let place = steps[report.step].map { " (\($0.origin))" } ?? ""
            switch report.result {
            case .failed(let error): return .failed(error.reason + place)
            case .expired(let text), .deferred(let text): pending = pending ?? text + place
            case .done, .skipped, .unknown, .notReached: break
            }
        }
        return pending.map(ProxyOutcome.pending)
    }
}
