import Fleet
import Logging
import Model
import Planning

extension FleetLoop {
    /// One pass: restore who restarted, then bring everyone to the assignment.
    func pass(_ assignment: Assignment, isNew: Bool) async {
        let wanted = await assignment.fleet.resolved(from: reconciliation.certificates)
        var goal = Reconciliation.Goal(wanted, revision: assignment.revision)
        goal.fleet.proxies.removeAll { isLeftAlone($0.name) }
        goal.takesOver = configuration.takesOver
        var history = history
        history.remember(assignment.fleet, assignment.revision, ledger)
        goal.previous = await history.declared(on: goal.fleet.proxies, ledger)
        goal.applied = await history.applied(on: goal.fleet.proxies, ledger)
        self.history = history
        begin(assignment, isNew: isNew)
        let halt: Halt?
        do throws(StateDatabase.Unavailable) {
            halt = try readOrders(into: &goal, assignment)
        } catch {
            // Who does not know what is suspended must not write.
            return stall(assignment, "nothing is changed: \(error)")
        }

        var planned = await reconciliation.plan(goal)
        board.update { _, metrics in metrics.planSeconds.observe(planned.took.inSeconds) }
        let restarted = planned.plan.proxies.filter { isRestarted($0) }
        if !restarted.isEmpty {
            let names = Set(restarted.map(\.proxy))
            board.update { _, metrics in metrics.restores[name, default: 0] += names.count }
            await bringBack(names, planned, goal, cause: .restore)
            planned = await reconciliation.plan(goal)
        }
        // Superseded meanwhile: what was planned is for nobody any more.
        guard !Task.isCancelled else { return }
        if let halt { return stall(assignment, "halted: \(halt.message)") }
        guard mayProceed(planned, goal) else { return }
        // Counting the objects of a large plan takes a while: once for the log and the record.
        let summary = PlanSummary(of: [planned.plan])
        report(planned, summary, assignment, isNew: isNew)
        await change(planned, summary, goal, assignment, isNew: isNew)
    }

    /// Reads what people ordered; the halt that keeps this revision from being tried, if there is one.
    private func readOrders(
        into goal: inout Reconciliation.Goal,
        _ assignment: Assignment
    ) throws(StateDatabase.Unavailable) -> Halt? {
        goal.suspensions = try database.suspensions(of: name)
        goal.quarantine = try database.quarantine(of: name)
        guard let halt = try database.halt(of: name) else { return nil }
        if halt.revision.tree == assignment.revision.tree { return halt }
        try database.endHalt(of: name)
        return nil
    }

    /// Rolls a plan out, written ahead, and settles what became of it.
    private func change(
        _ planned: Reconciliation.Planned,
        _ summary: PlanSummary,
        _ goal: Reconciliation.Goal,
        _ assignment: Assignment,
        isNew: Bool
    ) async {
        let drifting = drifting(planned.plan, assignment, isNew: isNew)
        let heard = events(quiet: drifting)
        guard !planned.plan.isEmpty else {
            let outcome = await reconciliation.rollOut(planned, goal, events: heard)
            return settle(outcome, planned, assignment)
        }
        let steps = planned.plan.proxies.filter { !$0.steps.isEmpty }.map(\.proxy)
        let cause: PassRecord.Cause =
            assignment.isPinned ? .rollback : Set(steps).isSubset(of: drifting) ? .drift : .revision
        let before = ledger
        await forgetAttempts(goal.fleet, planned.observed)
        let journal: PassJournal
        do throws(StateDatabase.Unavailable) {
            try remember(attempt: planned.plan)
            journal = try PassJournal(record(planned, summary, cause), planned, in: database)
        } catch {
            ledger = before
            return stall(assignment, "nothing is changed: \(error)")
        }
        let outcome = await reconciliation.rollOut(planned, goal) { event in
            journal.hear(event)
            heard(event)
        } willBegin: { plans in
            try journal.begin(plans)
        }
        close(journal, outcome, goal)
        settle(outcome, planned, assignment)
        await halt(after: outcome, planned, goal, since: before)
    }

    private func record(
        _ planned: Reconciliation.Planned,
        _ summary: PlanSummary,
        _ cause: PassRecord.Cause
    ) -> PassRecord {
        var record = PassRecord(
            fleet: name,
            revision: planned.plan.revision,
            cause: cause,
            actor: configuration.holder
        )
        record.summary = summary.description
        return record
    }

    /// Ends the record of a pass; what was done is done, whether or not that can be written.
    private func close(
        _ journal: PassJournal,
        _ outcome: FleetOutcome,
        _ goal: Reconciliation.Goal
    ) {
        do throws(StateDatabase.Unavailable) {
            let (result, message) = outcome.record
            try journal.end(result, operations: outcome.operations, message: message)
            let rejections = journal.rejections
            let done = outcome.proxies.filter(\.value.isConverged).map(\.key)
            guard !rejections.isEmpty || !goal.quarantine.proxies.isDisjoint(with: done) else {
                return
            }
            var quarantine = goal.quarantine
            for proxy in done { quarantine.release(proxy) }
            for entry in rejections { quarantine.add(entry) }
            try database.save(quarantine, of: name)
        } catch {
            logger.error("cannot write history", metadata: ["why": "\(error)"])
        }
    }

    /// Remembers a final halt, and takes back what was begun when the fleet asks for it.
    private func halt(
        after outcome: FleetOutcome,
        _ planned: Reconciliation.Planned,
        _ goal: Reconciliation.Goal,
        since before: Ledger
    ) async {
        guard let halt = outcome.finalHalt, let rollout = outcome.rollout else { return }
        let revision = planned.plan.revision
        logger.error(
            "rollout halted",
            metadata: ["revision": "\(revision)", "why": "\(halt.message)"]
        )
        do throws(StateDatabase.Unavailable) {
            try database.halt(Halt(fleet: name, revision: revision, message: halt.message))
        } catch {
            logger.error("cannot write the halt", metadata: ["why": "\(error)"])
        }
        guard goal.fleet.rollout.rollsBackOnHalt else { return }
        let former = ledger
        for proxy in rollout.begun {
            if let entry = before[proxy] { ledger.restore(entry, of: proxy.text) }
        }
        await bringBack(Set(rollout.begun), planned, goal, cause: .rollback)
        // Who was not brought back may still have something of both revisions.
        for proxy in rollout.begun where ledger[proxy]?.applied == before[proxy]?.applied {
            guard let entry = former[proxy] else { continue }
            ledger.attempt(revision, on: proxy, entry.incarnation)
        }
        saveLedger(since: former)
    }

    /// Gives proxies at once what they had, exempt from waves and orders, whatever the new revision says.
    private func bringBack(
        _ names: Set<ProxyName>,
        _ former: Reconciliation.Planned,
        _ goal: Reconciliation.Goal,
        cause: PassRecord.Cause
    ) async {
        let proxies = former.plan.proxies.filter { names.contains($0.proxy) }
        let groups = Dictionary(grouping: proxies) { ledger[$0.proxy]?.applied }
        for (applied, proxies) in groups.sorted(by: {
            ($0.key?.commit ?? "") < ($1.key?.commit ?? "")
        }) {
            guard let applied, let fleet = await history(at: applied) else { continue }
            for proxy in proxies {
                logger.warning(
                    cause == .restore
                        ? "proxy restarted, restoring it" : "rolling the proxy back",
                    metadata: [
                        "proxy": "\(proxy.proxy)", "revision": "\(applied)",
                        "process": "\(proxy.incarnation)",
                    ]
                )
            }
            let wanted = await fleet.resolved(from: reconciliation.certificates)
            var only = Reconciliation.Goal(wanted, revision: applied, previous: goal.previous)
            if cause == .rollback {
                // What the halted revision brought is ours to remove again.
                for proxy in proxies {
                    only.previous[proxy.proxy] =
                        only.previous[proxy.proxy]?.declaring(also: goal.fleet) ?? goal.fleet
                }
            }
            let members = Set(proxies.map(\.proxy))
            only.fleet.proxies = goal.fleet.proxies.filter { members.contains($0.name) }
            only.fleet.rollout.waves = []
            only.fleet.rollout.soak = Milliseconds(0)
            await bringBack(only, quiet: members, cause)
        }
    }

    private func bringBack(
        _ goal: Reconciliation.Goal,
        quiet: Set<ProxyName>,
        _ cause: PassRecord.Cause
    ) async {
        let planned = await reconciliation.plan(goal)
        let heard = events(quiet: quiet)
        // Traffic that comes back matters more than its record: a full disk does not stop this.
        let summary = PlanSummary(of: [planned.plan])
        let journal = try? PassJournal(record(planned, summary, cause), planned, in: database)
        let outcome = await reconciliation.rollOut(planned, goal) { event in
            journal?.hear(event)
            heard(event)
        } willBegin: { plans in
            try? journal?.begin(plans)
        }
        if let journal { close(journal, outcome, goal) }
        for proxy in planned.plan.proxies { note(restoreOf: proxy, goal.revision, outcome) }
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

    private func forgetAttempts(
        _ fleet: DesiredFleet,
        _ observed: [ProxyName: ObservedProxy]
    ) async {
        var (history, ledger) = (history, ledger)
        await history.prune(&ledger, for: fleet, observed)
        (self.history, self.ledger) = (history, ledger)
    }

    private func isRestarted(_ proxy: ProxyPlan) -> Bool {
        guard let known = ledger[proxy.proxy], known.applied != nil else { return false }
        return known.incarnation != proxy.incarnation
    }

    private func isLeftAlone(_ proxy: ProxyName) -> Bool {
        retries[proxy].map { $0.isLeftAlone && $0.due > uptime.now } ?? false
    }
}
