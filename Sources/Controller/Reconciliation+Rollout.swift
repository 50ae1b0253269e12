import Fleet
package import Model
package import Planning

/// A plan on its way to a fleet.
package struct RolloutWork: Sendable {
    package let plan: Plan
    package let targets: [ProxyTarget]
    package let settings: RolloutSettings
    package let events: @Sendable (PassEvent) -> Void
    /// Told of every batch before its first byte is sent.
    package let willBegin: @Sendable ([ProxyPlan]) throws -> Void

    package init(
        plan: Plan,
        targets: [ProxyTarget],
        settings: RolloutSettings,
        events: @escaping @Sendable (PassEvent) -> Void,
        willBegin: @escaping @Sendable ([ProxyPlan]) throws -> Void = { _ in }
    ) {
        self.plan = plan
        self.targets = targets
        self.settings = settings
        self.events = events
        self.willBegin = willBegin
    }
}

/// What a second look at a proxy found.
enum Confirmation: Sendable {
    case asDesired
    case differs(steps: Int)
    /// Nothing can be done now, e.g. because capacity would fall below its floor, or by order.
    case open(ProxyOutcome)
    case unknown(FleetError)
}

extension Reconciliation {
    /// Runs the waves; the outcome of every proxy that has steps, and how far the waves came.
    ///
    /// Cancellation lets nothing more start; what was begun ends between two operations.
    func rollOut(
        _ work: RolloutWork,
        confirming confirm: @escaping @Sendable (ProxyTarget) async -> Confirmation
    ) async -> (outcomes: [ProxyName: ProxyOutcome], rollout: Rollout?) {
        let plans = Dictionary(
            work.plan.proxies.filter { !$0.steps.isEmpty }.map { ($0.proxy, $0) }
        ) { first, _ in first }
        let targets = work.targets.filter { plans[$0.name] != nil }
        guard !targets.isEmpty else { return ([:], nil) }
        let targetsByName = Dictionary(targets.map { ($0.name, $0) }) { first, _ in first }
        var rollout = Rollout(over: targets, settings: work.settings)
        var outcomes: [ProxyName: ProxyOutcome] = [:]
        var samples: [ProxyName: HealthSample] = [:]
        await withTaskGroup(of: (ProxyName, ProxyOutcome).self) { group in
            while true {
                if Task.isCancelled { rollout.halt() }
                switch rollout.next() {
                case .apply(let names):
                    for (name, outcome) in begin(names.compactMap { plans[$0] }, work) {
                        outcomes[name] = outcome
                        rollout.report(name, outcome)
                    }
                    for name in names where outcomes[name] == nil {
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
                    rollout.report(name, outcome)
                case .soak(let soak):
                    work.events(.soaking(soak.duration))
                    try? await clock.sleep(for: soak.duration)
                    rollout.soaked()
                case .sample(let names):
                    samples = await health(of: names.compactMap { targetsByName[$0] })
                    rollout.sampled()
                case .judge(let names):
                    let now = await health(of: names.compactMap { targetsByName[$0] })
                    let reason = judge(names, before: samples, after: now, work.settings.health)
                    if let reason { work.events(.unhealthy(reason.message)) }
                    rollout.judged(reason)
                case .finished:
                    return
                }
            }
        }
        for name in rollout.held { outcomes[name] = .held }
        return (outcomes, rollout)
    }

    /// Writes down what is about to be sent; the proxies that must not begin because that failed.
    private func begin(_ plans: [ProxyPlan], _ work: RolloutWork) -> [(ProxyName, ProxyOutcome)] {
        do {
            try work.willBegin(plans)
            return []
        } catch {
            return plans.map { ($0.proxy, .failed("nothing was sent: \(error)")) }
        }
    }

    /// How proxies fare; who does not answer is left out.
    private func health(of targets: [ProxyTarget]) async -> [ProxyName: HealthSample] {
        let observer = observer
        return await withTaskGroup(of: (ProxyName, HealthSample)?.self) { group in
            var waiting = targets[...]
            func startNext() {
                guard let target = waiting.popFirst() else { return }
                group.addTask {
                    guard let sample = try? await observer.health(of: target) else { return nil }
                    return (target.name, sample)
                }
            }
            for _ in 0..<16 { startNext() }
            var samples: [ProxyName: HealthSample] = [:]
            for await answer in group {
                if let answer { samples[answer.0] = answer.1 }
                startNext()
            }
            return samples
        }
    }

    /// Why no other wave begins: a proxy fares worse than the budget allows, or does not answer now.
    private func judge(
        _ names: [ProxyName],
        before: [ProxyName: HealthSample],
        after: [ProxyName: HealthSample],
        _ budget: HealthBudget
    ) -> Rollout.Halt? {
        for name in names.sorted() {
            guard let now = after[name] else { continue }
            let then = before[name] ?? HealthSample()
            if let excess = HealthGate.excess(before: then, after: now, budget: budget) {
                return .unhealthy("\(name): \(excess)")
            }
        }
        return names.allSatisfy { after[$0] != nil } ? nil : .lost
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
        let steps = plan.steps
        let applier = Applier(
            transport: transport,
            clock: clock,
            limits: limits,
            memory: memory,
            certificates: certificates
        )
        let applied = await applier.apply(plan, to: target) { report in
            work.events(.step(target.name, steps[report.step - 1], report.result))
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
                case .open(let outcome): applied.unfinished(steps) ?? outcome
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
    ///
    /// Says how many operations were done, so that a partial result is exact.
    fileprivate func unfinished(_ steps: [Step]) -> ProxyOutcome? {
        guard !isComplete else { return nil }
        var pending: String?
        let sent = results.filter { !steps[$0.step - 1].change.isWait }
        let done = sent.count { $0.result == .done }
        for report in results {
            let origin = steps[report.step - 1].origin
            switch report.result {
            case .failed(let error):
                let done = "\(done) of \(sent.count) operations done"
                return .failed("\(error.reason) (\(origin)); \(done)")
            case .expired(let text), .deferred(let text):
                pending = pending ?? "\(text) (\(origin))"
            case .done, .skipped, .unknown, .notReached: break
            }
        }
        return pending.map(ProxyOutcome.pending)
    }
}

extension Rollout {
    /// Reports what became of a proxy.
    fileprivate mutating func report(_ proxy: ProxyName, _ outcome: ProxyOutcome) {
        switch outcome {
        case .converged, .pending, .held, .suspended: report(confirmed: proxy)
        case .unreachable, .stale: report(lost: proxy)
        case .failed(let words), .refused(let words): report(failed: proxy, words)
        }
    }
}
