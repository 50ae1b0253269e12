import Controller
import Fleet
import Model
import Planning

/// Passes over a simulated fleet as the control loop makes them, with the real reconciliation and ledger.
///
/// What the loop does with Git, sockets and log files is left out; the order of things is the same.
struct SimulatedController {
    private let reconciliation: Reconciliation
    private let trace: Trace
    private var ledger = Ledger()
    /// Every state there was, by revision: what a repository would be asked for.
    private var history: [Revision: DesiredFleet] = [:]

    init(reconciliation: Reconciliation, trace: Trace) {
        self.reconciliation = reconciliation
        self.trace = trace
    }

    /// How one pass ended.
    struct PassResult: Sendable {
        /// Every proxy was observed, and nothing had to be done.
        var isIdle: Bool
        var steps: Int
        var remarks: [Remark]
    }

    /// One pass over the whole fleet.
    mutating func pass(_ number: Int, _ desired: DesiredState) async -> PassResult {
        let fleet = desired.fleets[0]
        history[desired.revision] = fleet
        let goal = Reconciliation.Goal(
            fleet,
            revision: desired.revision,
            previous: declared(on: fleet.proxies)
        )
        var planned = await reconciliation.plan(goal)
        let restarted = planned.plan.proxies.filter { isRestarted($0) }
        if !restarted.isEmpty {
            await restore(restarted, goal)
            planned = await reconciliation.plan(goal)
        }
        note(planned, number)
        for proxy in planned.plan.proxies {
            ledger.attempt(desired.revision, on: proxy.proxy, proxy.incarnation)
        }
        let outcome = await reconciliation.rollOut(planned, goal, events: events)
        confirm(outcome, planned)
        return PassResult(
            isIdle: planned.unreachable.isEmpty && planned.plan.isEmpty,
            steps: planned.plan.proxies.reduce(0) { $0 + $1.steps.count },
            remarks: planned.plan.proxies.flatMap(\.remarks)
        )
    }

    /// What every proxy runs; one that does not answer is missing.
    func observe(_ fleet: DesiredFleet) async -> [ObservedProxy] {
        let observer = Observer(
            transport: reconciliation.transport,
            clock: reconciliation.clock,
            limits: reconciliation.limits
        )
        var observed: [ObservedProxy] = []
        for target in fleet.proxies {
            guard let proxy = try? await observer.observe(target, ObservationScope(fleet)) else {
                continue
            }
            observed.append(proxy)
        }
        return observed
    }

    /// Gives restarted proxies first what they had.
    private mutating func restore(_ restarted: [ProxyPlan], _ goal: Reconciliation.Goal) async {
        for proxy in restarted {
            guard let was = ledger[proxy.proxy]?.applied, let fleet = history[was] else { continue }
            trace.note("\(proxy.proxy) is restored to \(was.commit.suffix(4))")
            var only = Reconciliation.Goal(fleet, revision: was, previous: goal.previous)
            only.fleet.proxies = goal.fleet.proxies.filter { $0.name == proxy.proxy }
            only.fleet.rollout = RolloutSettings()
            let planned = await reconciliation.plan(only)
            confirm(await reconciliation.rollOut(planned, only, events: events), planned)
        }
    }

    private func isRestarted(_ proxy: ProxyPlan) -> Bool {
        guard let known = ledger[proxy.proxy], known.applied != nil else { return false }
        return known.incarnation != proxy.incarnation
    }

    private mutating func confirm(_ outcome: FleetOutcome, _ planned: Reconciliation.Planned) {
        for proxy in planned.plan.proxies where outcome.proxies[proxy.proxy]?.isConverged == true {
            ledger.confirm(planned.plan.revision, on: proxy.proxy, proxy.incarnation)
        }
    }

    private func declared(on proxies: [ProxyTarget]) -> [ProxyName: DesiredFleet] {
        var declared: [ProxyName: DesiredFleet] = [:]
        for proxy in proxies {
            for state in ledger.revisions(on: proxy.name).compactMap({ history[$0] }) {
                declared[proxy.name] = declared[proxy.name]?.declaring(also: state) ?? state
            }
        }
        return declared
    }

    private func note(_ planned: Reconciliation.Planned, _ number: Int) {
        trace.note("pass \(number) at \(planned.plan.revision.commit.suffix(4))")
        for (name, error) in planned.unreachable.sorted(by: { $0.key < $1.key }) {
            trace.note("\(name) cannot be observed: \(error.reason)")
        }
        for proxy in planned.plan.proxies {
            for remark in proxy.remarks {
                trace.note("\(proxy.proxy) \(remark.kind.rawValue): \(remark.message)")
            }
            for step in proxy.steps {
                trace.note("\(proxy.proxy) step \(step.id) after \(step.after): \(step.change)")
            }
        }
    }

    private var events: @Sendable (PassEvent) -> Void {
        { [trace] event in
            switch event {
            case .step(_, _, .done), .started: break
            case .step(let proxy, let step, let result):
                trace.note("\(proxy) step \(step.id): \(result)")
            case .finished(let proxy, let outcome): trace.note("\(proxy) finished: \(outcome)")
            case .unhealthy(let words): trace.note("unhealthy: \(words)")
            case .soaking(let time): trace.note("soaking \(time)")
            }
        }
    }
}
