package import Fleet
package import Model
package import Planning

/// One pass over one fleet: observe, plan, judge, roll out, confirm.
///
/// Never depends on what the last pass did, so whatever went wrong is repaired by the next. One
/// proxy's failure never stops the others.
package struct Reconciliation: Sendable {
    /// What a fleet should become.
    package struct Goal: Sendable {
        package var fleet: DesiredFleet
        package let revision: Revision
        /// What earlier revisions declared on a proxy: what they did and `fleet` does not is to be removed.
        package var previous: [ProxyName: DesiredFleet]
        package var takesOver = false
        /// Servers that others added are replaced by ones with our ids and marks.
        package var adopts = false
        /// The fleet at the revisions that were applied: what their policies forbid is forbidden.
        package var applied: [DesiredFleet] = []
        /// What is left alone by order.
        package var suspensions: [Suspension] = []
        /// What proxies rejected and is not sent again.
        package var quarantine = Quarantine()

        package init(
            _ fleet: DesiredFleet,
            revision: Revision,
            previous: [ProxyName: DesiredFleet] = [:]
        ) {
            self.fleet = fleet
            self.revision = revision
            self.previous = previous
        }

        /// What its plans depend on; what earlier revisions declared may have to go.
        var scope: ObservationScope {
            ObservationScope(
                fleet,
                former: previous.sorted { $0.key < $1.key }.lazy.map(\.value)
            )
        }
    }

    /// A fleet's plan and who could not be observed.
    package struct Planned: Sendable {
        package let plan: Plan
        package let unreachable: [ProxyName: FleetError]
        /// What the first proxy of each group runs that is to be changed alike; kept for policies only.
        package var samples: [ProxyName: ObservedProxy] = [:]
        /// Observing and planning together.
        package let took: Duration
        /// What the plans were made from.
        package let observed: [ProxyName: ObservedProxy]

        /// The same without the plans of some proxies.
        func without(_ proxies: [ProxyName]) -> Planned {
            var plan = plan
            plan.proxies.removeAll { proxies.contains($0.proxy) }
            return Planned(
                plan: plan,
                unreachable: unreachable,
                samples: samples,
                took: took,
                observed: observed
            )
        }

        /// What to remember of a step that its proxy rejected; nil for failures that may pass by themselves.
        package func rejection(of step: Step, by error: FleetError) -> Quarantine.Entry? {
            guard !error.isTransient, let proxy = observed[error.proxy],
                let operation = try? StateDatabase.encoded(step.change)
            else { return nil }
            return Quarantine.Entry(
                proxy: error.proxy,
                operation: operation,
                input: Goal.input(of: step, on: proxy, plan.revision),
                words: error.reason,
                origin: step.origin.description
            )
        }
    }

    package let transport: any RuntimeTransport
    package let clock: any Clock<Duration>
    package let limits: FleetLimits
    /// What was read in earlier passes.
    package let memory: ObservationMemory
    /// Where versions of certificates and their keys come from.
    package let certificates: (any CertificateSource)?
    private let uptime: Uptime

    package init(
        transport: any RuntimeTransport,
        clock: any Clock<Duration>,
        limits: FleetLimits = FleetLimits(),
        memory: ObservationMemory = ObservationMemory(),
        certificates: (any CertificateSource)? = nil
    ) {
        self.transport = transport
        self.clock = clock
        self.limits = limits
        self.memory = memory
        self.certificates = certificates
        uptime = Uptime(clock)
    }

    var observer: Observer {
        Observer(transport: transport, clock: clock, limits: limits, memory: memory)
    }

    /// Observes every proxy of the fleet and plans for those that answered.
    ///
    /// A proxy that is only glanced at and turns out to need something is read again, all of it: what it
    /// finds out by itself, such as health, decides in which order things are done.
    package func plan(_ goal: Goal) async -> Planned {
        let start = uptime.now
        let scope = goal.scope
        var seen = await observe(goal.fleet.proxies, goal.fleet, scope, isGlance: true)
        var plans = plans(for: seen, goal)
        let again = plans.filter { plan in
            seen.glances.contains(plan.proxy) && (!plan.steps.isEmpty || plan.openRemark != nil)
        }.map(\.proxy)
        if !again.isEmpty {
            let names = Set(again)
            let targets = goal.fleet.proxies.filter { names.contains($0.name) }
            seen.replace(names, by: await observe(targets, goal.fleet, scope, isGlance: false))
            plans = self.plans(for: seen, goal)
        }
        let plan = Plan(revision: goal.revision, fleet: goal.fleet.name, proxies: plans)
        var samples: [ProxyName: ObservedProxy] = [:]
        if goal.isJudged {
            let first = Set(plan.groups.compactMap(\.proxies.first))
            for proxy in seen.observed where first.contains(proxy.key) {
                samples[proxy.key] = proxy.value
            }
        }
        return Planned(
            plan: plan,
            unreachable: seen.unreachable,
            samples: samples,
            took: uptime.now - start,
            observed: seen.observed
        )
    }

    /// Sorted by proxy. Those that were last given the same are planned together, so that the planner can
    /// compare them.
    private func plans(for seen: FleetObservation, _ goal: Goal) -> [ProxyPlan] {
        var groups: [(previous: DesiredFleet?, members: [ObservedProxy])] = []
        for proxy in seen.observed.values.sorted(by: { $0.name < $1.name }) {
            // Few differ, and equal ones mostly are the same object, which is quick to see.
            let previous = goal.previous[proxy.name]
            if let index = groups.firstIndex(where: { $0.previous == previous }) {
                groups[index].members.append(proxy)
            } else {
                groups.append((previous, [proxy]))
            }
        }
        var plans: [ProxyPlan] = []
        for (previous, members) in groups {
            var options = Planner.Options()
            options.previous = previous
            options.takesOver = goal.takesOver
            options.adopts = goal.adopts
            let plan = Planner.plan(
                goal.fleet,
                revision: goal.revision,
                observed: members,
                options: options
            )
            plans += plan.proxies.map { plan in
                seen.observed[plan.proxy].map { goal.restricted(plan, on: $0) } ?? plan
            }
        }
        return plans.sorted { $0.proxy < $1.proxy }
    }

    private func observe(
        _ targets: [ProxyTarget],
        _ fleet: DesiredFleet,
        _ scope: ObservationScope,
        isGlance: Bool
    ) async -> FleetObservation {
        let observer = observer
        var seen = FleetObservation()
        await withTaskGroup(of: (ProxyName, Result<Observation, FleetError>).self) { group in
            // As many connections at once as the fleet allows for changes, at least enough to be quick.
            let width = max(fleet.rollout.maxParallel, 16)
            var waiting = targets[...]
            func startNext() {
                guard let target = waiting.popFirst() else { return }
                group.addTask {
                    do throws(FleetError) {
                        let observation =
                            isGlance
                            ? try await observer.glance(at: target, scope)
                            : Observation(
                                proxy: try await observer.observe(target, scope),
                                isFresh: true
                            )
                        return (target.name, .success(observation))
                    } catch {
                        return (target.name, .failure(error))
                    }
                }
            }
            for _ in 0..<width { startNext() }
            for await (name, result) in group {
                seen.add(name, result)
                startNext()
            }
        }
        return seen
    }

    /// Asks every proxy which process it is; those that do not answer soon are left out.
    package func processes(of targets: [ProxyTarget]) async -> [ProxyName: Incarnation] {
        var patience = limits
        patience.connect = min(limits.connect, .seconds(1))
        patience.reply = min(limits.reply, .seconds(2))
        let (transport, clock, limits, memory) = (transport, clock, patience, memory)
        return await withTaskGroup(of: (ProxyName, Incarnation)?.self) { group in
            for target in targets {
                group.addTask {
                    let client = try? await RuntimeClient.open(
                        target,
                        over: transport,
                        clock: clock,
                        limits: limits,
                        tried: "asking who is there",
                        memory: memory
                    )
                    guard let client else { return nil }
                    await client.close()
                    return (target.name, client.incarnation)
                }
            }
            return await group.reduce(into: [:]) { found, answer in
                if let answer { found[answer.0] = answer.1 }
            }
        }
    }

    /// Applies a plan to the proxies that have steps and looks whether it brought about what was asked.
    ///
    /// `willBegin` is told of every batch before its first byte is sent; what it throws keeps the batch back.
    package func rollOut(
        _ planned: Planned,
        _ goal: Goal,
        events: @escaping @Sendable (PassEvent) -> Void = { _ in },
        willBegin: @escaping @Sendable ([ProxyPlan]) throws -> Void = { _ in }
    ) async -> FleetOutcome {
        let start = uptime.now
        var outcomes: [ProxyName: ProxyOutcome] = [:]
        for (name, error) in planned.unreachable { outcomes[name] = .unreachable(error) }
        for proxy in planned.plan.proxies where proxy.steps.isEmpty {
            outcomes[proxy.proxy] = proxy.openOutcome ?? .converged(operations: 0, took: .zero)
        }
        let work = RolloutWork(
            plan: planned.plan,
            targets: goal.fleet.proxies,
            settings: goal.fleet.rollout,
            events: events,
            willBegin: willBegin
        )
        let scope = goal.scope
        let applied = await rollOut(work) { target in await self.confirm(target, goal, scope) }
        outcomes.merge(applied.outcomes) { _, new in new }
        return FleetOutcome(
            fleet: goal.fleet.name,
            revision: goal.revision,
            proxies: outcomes,
            took: uptime.now - start,
            rollout: applied.rollout
        )
    }

    /// Applies a saved plan; without the desired state at hand, done steps are all there is to confirm.
    package func rollOut(_ work: RolloutWork) async -> FleetOutcome {
        let start = uptime.now
        let applied = await rollOut(work) { _ in .asDesired }
        var outcomes = applied.outcomes
        for proxy in work.plan.proxies where proxy.steps.isEmpty {
            outcomes[proxy.proxy] = proxy.openOutcome ?? .converged(operations: 0, took: .zero)
        }
        return FleetOutcome(
            fleet: work.plan.fleet,
            revision: work.plan.revision,
            proxies: outcomes,
            took: uptime.now - start,
            rollout: applied.rollout
        )
    }

    /// Observes again: the same plan must now be empty.
    private func confirm(
        _ target: ProxyTarget,
        _ goal: Goal,
        _ scope: ObservationScope
    ) async -> Confirmation {
        do throws(FleetError) {
            let glance = try await observer.glance(at: target, scope)
            var rest = rest(of: goal, on: glance.proxy)
            if !glance.isFresh, !rest.steps.isEmpty || rest.openRemark != nil {
                rest = self.rest(of: goal, on: try await observer.observe(target, scope))
            }
            guard rest.steps.isEmpty else { return .differs(steps: rest.steps.count) }
            return rest.openOutcome.map { .open($0) } ?? .asDesired
        } catch {
            return .unknown(error)
        }
    }

    private func rest(of goal: Goal, on observed: ObservedProxy) -> ProxyPlan {
        var options = Planner.Options()
        options.previous = goal.previous[observed.name]
        options.takesOver = goal.takesOver
        let plan = Planner.planProxy(goal.fleet, observed: observed, options: options)
        return goal.restricted(plan, on: observed)
    }
}

/// What one look at a fleet found.
private struct FleetObservation {
    private(set) var observed: [ProxyName: ObservedProxy] = [:]
    /// Those of which only what moved was read.
    private(set) var glances: Set<ProxyName> = []
    private(set) var unreachable: [ProxyName: FleetError] = [:]

    mutating func add(_ name: ProxyName, _ result: Result<Observation, FleetError>) {
        switch result {
        case .success(let observation):
            observed[name] = observation.proxy
            if !observation.isFresh { glances.insert(name) }
        case .failure(let error): unreachable[name] = error
        }
    }

    mutating func replace(_ names: Set<ProxyName>, by other: FleetObservation) {
        for name in names {
            observed[name] = other.observed[name]
            unreachable[name] = other.unreachable[name]
            glances.remove(name)
        }
    }
}

extension ProxyPlan {
    /// What a plan without steps means when not all is as desired.
    var openOutcome: ProxyOutcome? {
        openRemark.map { remark in
            switch remark.kind {
            case .refused: .refused(remark.message)
            case .quarantined: .failed(remark.message)
            case .suspended: .suspended(remark.message)
            default: .pending(remark.message)
            }
        }
    }
}
