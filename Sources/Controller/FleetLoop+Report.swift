import Fleet
import FoundationEssentials
import Logging
import Model
import Planning

extension FleetLoop {
    func begin(_ assignment: Assignment, isNew: Bool) {
        board.update(name) { fleet in
            if isNew { fleet.condition = .reconciling }
            let known = Dictionary(fleet.proxies.map { ($0.name, $0) }) { first, _ in first }
            fleet.proxies = assignment.fleet.proxies.map { target in
                known[target.name]
                    ?? Status.Proxy(name: target.name, runtime: target.runtime.description)
            }.sorted { $0.name < $1.name }
        }
    }

    /// Says what is about to be done: the plan of a new revision, or drift that nobody committed.
    func report(
        _ planned: Reconciliation.Planned,
        _ summary: PlanSummary,
        _ assignment: Assignment,
        isNew: Bool
    ) {
        if isNew {
            logger.info(
                "plan",
                metadata: [
                    "revision": "\(assignment.revision)",
                    "changes": "\(summary)",
                    "took": "\(planned.took.brief)",
                ]
            )
            return
        }
        let drifting = drifting(planned.plan, assignment, isNew: isNew)
        for proxy in planned.plan.proxies where drifting.contains(proxy.proxy) {
            board.update { _, metrics in metrics.drift[name, default: 0] += 1 }
            let entries = PlanEntry.entries(of: proxy.steps).prefix(5)
            logger.warning(
                "drift found",
                metadata: [
                    "proxy": "\(proxy.proxy)",
                    "repair": "\(entries.map(\.brief).joined(separator: "; "))",
                ]
            )
        }
    }

    /// What the plan leaves alone, each once however many proxies it concerns.
    private func report(remarksOf plan: Plan) {
        var proxies: [Remark: Int] = [:]
        for remark in plan.proxies.flatMap(\.remarks) where remark.kind != .unknown {
            proxies[remark, default: 0] += 1
        }
        for (remark, count) in proxies.sorted(by: { $0.key.message < $1.key.message }).prefix(10) {
            var metadata: Logger.Metadata = ["what": "\(remark.message)", "proxies": "\(count)"]
            if let origin = remark.origin { metadata["at"] = "\(origin)" }
            let isNote = remark.kind == .unmanaged
            logger.log(level: isNote ? .info : .warning, "\(remark.kind.title)", metadata: metadata)
        }
    }

    /// The proxy was seen to run this very revision, so a difference was made by somebody else.
    func isDrift(_ proxy: ProxyName, _ assignment: Assignment) -> Bool {
        ledger[proxy]?.applied?.tree == assignment.revision.tree && !unfinished.contains(proxy)
    }

    /// Proxies that were changed by somebody else.
    func drifting(_ plan: Plan, _ assignment: Assignment, isNew: Bool) -> Set<ProxyName> {
        guard !isNew else { return [] }
        let proxies = plan.proxies.filter { !$0.steps.isEmpty && isDrift($0.proxy, assignment) }
        return Set(proxies.map(\.proxy))
    }

    /// Written before anything is sent.
    func remember(attempt plan: Plan) throws(StateDatabase.Unavailable) {
        let before = ledger
        for proxy in plan.proxies where !proxy.steps.isEmpty {
            ledger.attempt(plan.revision, on: proxy.proxy, proxy.incarnation)
        }
        try database.save(ledger, of: name, since: before)
    }

    /// Says what a dead process left open; the first pass looks at every proxy anyway.
    func recover() {
        do throws(StateDatabase.Unavailable) {
            let open = try database.recover(name)
            guard !open.isEmpty else { return }
            logger.warning(
                "recovered",
                metadata: [
                    "what":
                        "apus died while it changed \(open.count == 1 ? "a proxy" : "proxies"); what was done is looked at now",
                    "proxies": "\(open.map(\.text).joined(separator: ", "))",
                ]
            )
        } catch {
            logger.error("cannot read history", metadata: ["why": "\(error)"])
        }
    }

    /// The fleet stays as it is, for a reason that every proxy shares.
    func stall(_ assignment: Assignment, _ message: String) {
        let isNews = board.status.fleets.first { $0.name == name }?.message != message
        if isNews { logger.error("fleet stalled", metadata: ["why": "\(message)"]) }
        board.update(name) { fleet in
            fleet.attempted = assignment.revision
            fleet.condition = .stalled
            fleet.message = message
        }
        saveStatus()
    }

    /// Lets `apus status` tell what is known, also when this process is gone.
    func saveStatus() {
        guard let fleet = board.status.fleets.first(where: { $0.name == name }), fleet != saved
        else { return }
        do throws(StateDatabase.Unavailable) {
            try database.save(fleet)
            saved = fleet
        } catch {
            logger.error("cannot write the status", metadata: ["why": "\(error)"])
        }
    }

    /// Without it marks on servers still tell ours from others'.
    func readLedger() {
        do throws(StateDatabase.Unavailable) {
            ledger = try database.ledger(of: name)
        } catch {
            logger.error("cannot read the ledger", metadata: ["why": "\(error)"])
        }
    }

    func saveLedger(since before: Ledger) {
        do throws(StateDatabase.Unavailable) {
            try database.save(ledger, of: name, since: before)
        } catch {
            logger.error("cannot write the ledger", metadata: ["why": "\(error)"])
        }
    }

    /// Counts and logs while proxies are being changed; who is quiet is told of by whoever asked for it.
    func events(quiet: Set<ProxyName>) -> @Sendable (PassEvent) -> Void {
        let (board, logger) = (board, logger)
        return { event in
            switch event {
            case .started: break
            case .step(let proxy, let step, let result):
                board.update { _, metrics in metrics.operations[result.label, default: 0] += 1 }
                guard case .failed(let error) = result else { return }
                logger.error(
                    "operation failed",
                    metadata: [
                        "proxy": "\(proxy)", "at": "\(step.origin)", "why": "\(error.reason)",
                    ]
                )
            case .finished(let proxy, .converged(let operations, let took)):
                guard !quiet.contains(proxy) else { return }
                logger.info(
                    "proxy converged",
                    metadata: [
                        "proxy": "\(proxy)", "operations": "\(operations)", "took": "\(took.brief)",
                    ]
                )
            case .finished(_, .held): break
            case .unhealthy(let words):
                logger.error("wave is not healthy", metadata: ["why": "\(words)"])
            case .finished(let proxy, let outcome):
                logger.warning(
                    outcome.isPending ? "proxy not there yet" : "proxy failed",
                    metadata: ["proxy": "\(proxy)", "why": "\(outcome.message)"]
                )
            case .soaking(let duration):
                logger.info("soaking", metadata: ["for": "\(duration.brief)"])
            }
        }
    }

    /// Writes down what became of everyone and when to try again.
    func settle(
        _ outcome: FleetOutcome,
        _ planned: Reconciliation.Planned,
        _ assignment: Assignment
    ) {
        let before = ledger
        let incarnations = Dictionary(
            planned.plan.proxies.map { ($0.proxy, $0.incarnation) }
        ) { first, _ in first }
        for (proxy, result) in outcome.proxies.sorted(by: { $0.key < $1.key }) {
            if case .unreachable = result {
                unreachable.insert(proxy)
            } else {
                unreachable.remove(proxy)
            }
            if result.isConverged, let incarnation = incarnations[proxy] {
                if isDrift(proxy, assignment), planned.plan.hasSteps(for: proxy) {
                    announce(repairOf: proxy, result)
                }
                ledger.confirm(assignment.revision, on: proxy, incarnation)
                retries[proxy] = nil
                unfinished.remove(proxy)
            } else if result.isSuspended {
                unfinished.insert(proxy)
                retries[proxy] = nil
            } else {
                unfinished.insert(proxy)
                delay(proxy, after: result, isNews: planned.unreachable[proxy] != nil)
            }
        }
        saveLedger(since: before)
        post(outcome, incarnations, assignment)
        celebrate(outcome, planned, assignment)
    }

    private func announce(repairOf proxy: ProxyName, _ result: ProxyOutcome) {
        board.update(name) { $0.driftRepaired += 1 }
        var metadata: Logger.Metadata = ["proxy": "\(proxy)"]
        if case .converged(let operations, let took) = result {
            metadata["operations"] = "\(operations)"
            metadata["took"] = "\(took.brief)"
        }
        logger.notice("drift repaired", metadata: metadata)
    }

    private func delay(_ proxy: ProxyName, after result: ProxyOutcome, isNews: Bool) {
        var backoff = retries[proxy]?.backoff ?? configuration.retry
        let isFirst = retries[proxy] == nil
        let delay = backoff.fail(using: &generator)
        // What only needs time is looked at again, but others may change the proxy meanwhile.
        retries[proxy] = Retry(
            backoff: backoff,
            due: uptime.now + delay,
            isLeftAlone: !result.isPending
        )
        if isFirst, isNews, case .unreachable(let error) = result {
            logger.warning(
                "proxy unreachable",
                metadata: ["proxy": "\(proxy)", "why": "\(error.reason)"]
            )
        }
    }

    private func post(
        _ outcome: FleetOutcome,
        _ incarnations: [ProxyName: Incarnation],
        _ assignment: Assignment
    ) {
        board.update { _, metrics in metrics.passes[outcome.result, default: 0] += 1 }
        let (now, retries, ledger) = (uptime.now, retries, ledger)
        board.update(name) { fleet in
            fleet.attempted = assignment.revision
            for index in fleet.proxies.indices {
                let proxy = fleet.proxies[index].name
                let wait = retries[proxy].map { Int((max($0.due - now, .zero)).inSeconds * 1000) }
                fleet.proxies[index].retryInMilliseconds = wait
                fleet.proxies[index].applied = ledger[proxy]?.applied
                guard let result = outcome.proxies[proxy] else { continue }
                fleet.proxies[index].isInSync = result.isConverged
                fleet.proxies[index].message = result.message
                fleet.proxies[index].incarnation =
                    incarnations[proxy] ?? fleet.proxies[index].incarnation
            }
            fleet.settle(assignment.revision, after: outcome)
        }
        saveStatus()
    }

    /// The line everybody waits for.
    private func celebrate(
        _ outcome: FleetOutcome,
        _ planned: Reconciliation.Planned,
        _ assignment: Assignment
    ) {
        let status = board.status.fleets.first { $0.name == name }
        guard status?.condition == .ready, celebrated != assignment.revision else { return }
        celebrated = assignment.revision
        var metadata: Logger.Metadata = [
            "revision": "\(assignment.revision)", "proxies": "\(assignment.fleet.proxies.count)",
        ]
        if let pushed = assignment.pushed {
            let elapsed = uptime.now - pushed
            board.update { _, metrics in metrics.pushToConfirmedSeconds.observe(elapsed.inSeconds) }
            metadata["push-to-confirmed"] = "\(elapsed.brief)"
        }
        logger.notice("fleet converged", metadata: metadata)
    }
}

extension Status.Fleet {
    /// Condition, message, applied revision and history after a pass.
    mutating func settle(_ revision: Revision, after outcome: FleetOutcome) {
        let stuck = proxies.filter { !$0.isInSync }
        let suspended = stuck.filter { outcome.proxies[$0.name]?.isSuspended == true }
        if stuck.isEmpty {
            condition = .ready
            message = ""
            applied = revision
        } else if stuck.count == suspended.count {
            condition = .ready
            message = "\(suspended[0].name): \(suspended[0].message)"
            if suspended.count > 1 { message += "; and \(suspended.count - 1) more" }
        } else {
            condition = outcome.result == .pending ? .reconciling : .stalled
            message = stuck.map { "\($0.name): \($0.message)" }.prefix(5).joined(separator: "; ")
        }
        guard outcome.operations > 0 || outcome.result != .converged else { return }
        let pass = Status.Pass(
            revision: revision,
            result: outcome.result,
            operations: outcome.operations,
            milliseconds: Int(outcome.took.inSeconds * 1000)
        )
        outcomes = Array(([pass] + outcomes).prefix(5))
    }
}

extension Plan {
    fileprivate func hasSteps(for proxy: ProxyName) -> Bool {
        proxies.contains { $0.proxy == proxy && !$0.steps.isEmpty }
    }
}

extension StepReport.Result {
    fileprivate var label: String {
        switch self {
        case .done: "done"
        case .failed: "failed"
        case .expired: "expired"
        case .deferred: "deferred"
        case .skipped, .unknown, .notReached: "not-reached"
        }
    }
}
