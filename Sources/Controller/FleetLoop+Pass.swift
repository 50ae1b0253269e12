import Desired
import Fleet
import Logging
import Model
import Planning

extension FleetLoop {
    /// One pass: restore who restarted, then bring everyone to the assignment.
    func pass(_ assignment: Assignment, isNew: Bool) async {
        var goal = Reconciliation.Goal(assignment.fleet, revision: assignment.revision)
        goal.fleet.proxies.removeAll { isLeftAlone($0.name) }
        goal.takesOver = configuration.takesOver
        var history = history
        history.remember(assignment.fleet, assignment.revision, ledger)
        goal.previous = await history.declared(on: goal.fleet.proxies, ledger)
        goal.applied = await history.applied(on: goal.fleet.proxies, ledger)
        self.history = history
        begin(assignment, isNew: isNew)

        var planned = await reconciliation.plan(goal)
        board.update { _, metrics in metrics.planSeconds.observe(planned.took.inSeconds) }
        let restarted = planned.plan.proxies.filter { isRestarted($0) }
        if !restarted.isEmpty {
            await restore(restarted, goal)
            planned = await reconciliation.plan(goal)
        }
        // Superseded meanwhile: what was planned is for nobody any more.
        guard !Task.isCancelled else { return }
        guard mayProceed(planned, goal) else { return }
        report(planned, assignment, isNew: isNew)
        remember(attempt: planned.plan)

        let known = planned.plan.proxies.filter { refusals[$0.proxy]?.plan == $0 }.map(\.proxy)
        var outcome = await reconciliation.rollOut(
            planned.without(known),
            goal,
            events: events(quiet: drifting(planned.plan, assignment, isNew: isNew))
        )
        for proxy in known { outcome.proxies[proxy] = refusals[proxy]?.outcome }
        settle(outcome, planned, assignment)
    }

    /// Gives restarted proxies at once what they had, exempt from waves, whatever the new revision says.
    private func restore(_ restarted: [ProxyPlan], _ goal: Reconciliation.Goal) async {
        board.update { _, metrics in metrics.restores[name, default: 0] += restarted.count }
        let groups = Dictionary(grouping: restarted) { ledger[$0.proxy]?.applied }
        for (applied, proxies) in groups.sorted(by: {
            ($0.key?.commit ?? "") < ($1.key?.commit ?? "")
        }) {
            guard let applied, let fleet = await history(at: applied) else { continue }
            for proxy in proxies {
                logger.warning(
                    "proxy restarted, restoring it",
                    metadata: [
                        "proxy": "\(proxy.proxy)", "revision": "\(applied)",
                        "process": "\(proxy.incarnation)",
                    ]
                )
            }
            var only = Reconciliation.Goal(fleet, revision: applied, previous: goal.previous)
            let names = Set(proxies.map(\.proxy))
            only.fleet.proxies = goal.fleet.proxies.filter { names.contains($0.name) }
            only.fleet.rollout.waves = []
            only.fleet.rollout.soak = Milliseconds(0)
            let planned = await reconciliation.plan(only)
            let outcome = await reconciliation.rollOut(planned, only, events: events(quiet: names))
            for proxy in planned.plan.proxies { note(restoreOf: proxy, applied, outcome) }
        }
    }

    private func note(restoreOf proxy: ProxyPlan, _ revision: Revision, _ outcome: FleetOutcome) {
        guard case .converged(let operations, let took)? = outcome.proxies[proxy.proxy] else {
            return
        }
        ledger.confirm(revision, on: proxy.proxy, proxy.incarnation)
        logger.notice(
            "proxy restored",
            metadata: [
                "proxy": "\(proxy.proxy)", "revision": "\(revision)",
                "operations": "\(operations)", "took": "\(took.brief)",
            ]
        )
    }

    private func history(at revision: Revision) async -> DesiredFleet? {
        var history = history
        defer { self.history = history }
        return await history.state(at: revision)
    }

    private func isRestarted(_ proxy: ProxyPlan) -> Bool {
        guard let known = ledger[proxy.proxy], known.applied != nil else { return false }
        return known.incarnation != proxy.incarnation
    }

    private func isLeftAlone(_ proxy: ProxyName) -> Bool {
        retries[proxy].map { $0.isLeftAlone && $0.due > uptime.now } ?? false
    }
}
