import FoundationEssentials
import Model
import Planning

/// What `apus apply -o json` prints.
private struct ApplyReport: Encodable {
    struct Proxy: Encodable {
        let fleet: FleetName
        let proxy: ProxyName
        let converged: Bool
        let operations: Int
        let message: String
    }

    let schema = 1
    let revision: Revision
    let status: Int32
    let proxies: [Proxy]

    init(_ outcomes: [FleetOutcome], revision: Revision, status: CommandStatus) {
        self.revision = revision
        self.status = status.rawValue
        proxies = outcomes.flatMap { outcome in
            outcome.proxies.sorted { $0.key < $1.key }.map { name, result in
                var operations = 0
                if case .converged(let sent, _) = result { operations = sent }
                return Proxy(
                    fleet: outcome.fleet,
                    proxy: name,
                    converged: result.isConverged,
                    operations: operations,
                    message: result.message
                )
            }
        }
    }
}

extension Session {
    /// What `apply` alone can be asked for.
    package struct ApplyOptions: Hashable, Sendable {
        /// A saved plan instead of a repository.
        package var planFile: String?
        /// Policies of level override that this very change may pass, each with the reason.
        package var acknowledgements: [String: String] = [:]
        /// Who acknowledges.
        package var actor = ""
        /// How long what is acknowledged holds.
        package var acknowledgedFor = Duration.seconds(3600)
        /// Do not ask.
        package var yes = false
        /// How long to wait for what only needs time, e.g. sessions that end.
        package var timeout = Duration.seconds(120)

        package init() {}
    }

    private typealias Work = (goal: Reconciliation.Goal, planned: Reconciliation.Planned)

    /// `apus apply`: plan, show, ask, roll out, confirm; or a saved plan as it is.
    package func apply(_ applying: ApplyOptions) async throws -> CommandStatus {
        if let path = applying.planFile { return try await apply(saved: path, applying) }
        let (fleets, revision) = try await selectedFleets()
        let names = fleets.map(\.name)
        let database = try openDatabase()
        try refusePinned(names, revision, database)
        let locks: [FleetLock]
        do throws(FleetLock.Unavailable) {
            locks = try lock(names)
        } catch {
            guard error.isController else { throw error }
            let request = ControllerRequest(fleets: names, revision: revision, lock: error)
            let (content, _) = try await observeAndPlan { verdict in
                try acknowledge(verdict, applying, database)
            }
            let findings = content.fleets.flatMap(\.findings)
            guard try mayApply(content, findings, applying) else { return .error }
            return try await follow(request, within: applying.timeout, database)
        }
        defer { withExtendedLifetime(locks) {} }
        let (content, work) = try await observeAndPlan { verdict in
            try acknowledge(verdict, applying, database)
        }
        guard try mayApply(content, content.fleets.flatMap(\.findings), applying) else {
            return .error
        }
        var outcomes = try await rollOut(work, content, database)
        outcomes = try await waitForRest(outcomes, work.map(\.0), applying, database)
        return try finish(outcomes, content)
    }

    /// Writes down what `--ack` says of this plan, and applies what was acknowledged before.
    private func acknowledge(
        _ verdict: Verdict,
        _ applying: ApplyOptions,
        _ database: StateDatabase
    ) throws -> Verdict {
        guard !verdict.digest.isEmpty else { return verdict }
        let waiting = Set(verdict.findings.filter(\.awaitsAcknowledgement).map(\.policy))
        for (policy, reason) in applying.acknowledgements.sorted(by: { $0.key < $1.key })
        where waiting.contains(policy) {
            try database.acknowledge(
                Acknowledgement(
                    policy: policy,
                    plan: verdict.digest,
                    reason: reason,
                    actor: applying.actor,
                    expires: now() + Int(applying.acknowledgedFor.components.seconds) * 1000
                )
            )
        }
        return verdict.acknowledged(try database.acknowledgements(ofPlan: verdict.digest))
    }

    /// What is pinned stays: an apply that the controller takes back at once helps nobody.
    private func refusePinned(
        _ fleets: [FleetName],
        _ revision: Revision,
        _ database: StateDatabase
    ) throws {
        for pin in try database.pins() where fleets.contains(pin.fleet) {
            guard pin.revision.tree != revision.tree else { continue }
            console.fail(
                "fleet \(pin.fleet) is pinned to \(pin.revision) by \(pin.actor): \(pin.reason)\n`apus unpin \(pin.fleet)` lets it follow the repository again"
            )
            throw Ended(.error)
        }
    }

    /// Shows the plan and asks; false when the answer is no. Nothing to change needs no answer.
    private func mayApply(
        _ content: PlanFile.Content,
        _ findings: [PolicyFinding],
        _ applying: ApplyOptions
    ) throws -> Bool {
        if options.format == .text { console.show(description(of: content)) }
        console.tell(PlanDescription.policies(findings, columns: console.columns))
        if findings.contains(where: \.denies) {
            console.fail("denied by policy, so nothing was applied")
            throw Ended(.deniedByPolicy)
        }
        guard !applying.yes, content.summary.proxies > 0 else { return true }
        guard console.isInteractive else {
            console.fail(
                "there is no terminal to ask on, so nothing was applied\npass --yes to apply without being asked"
            )
            return false
        }
        console.err(
            console.errStyle.render(StyledText("Apply this plan? ", .strong))
                + "Only 'yes' applies it: "
        )
        guard console.ask() == "yes" else {
            console.tell("Nothing was applied.")
            return false
        }
        console.tell("")
        return true
    }

    func lock(_ fleets: [FleetName]) throws(FleetLock.Unavailable) -> [FleetLock] {
        let holder = "apus apply, pid \(ProcessInfo.processInfo.processIdentifier)"
        var locks: [FleetLock] = []
        for fleet in fleets.sorted() {
            locks.append(try FleetLock(on: fleet, in: options.state, holder: holder))
        }
        return locks
    }

    private func rollOut(
        _ work: [Work],
        _ content: PlanFile.Content,
        _ database: StateDatabase
    ) async throws -> [FleetOutcome] {
        let progress = ApplyProgress(
            total: content.summary.proxies,
            console: console,
            clock: clock
        )
        defer { progress.end() }
        var outcomes: [FleetOutcome] = []
        for (goal, planned) in work {
            outcomes.append(try await rollOut(planned, goal, progress.hear, database))
        }
        return outcomes
    }

    /// Goes on with what a first pass had to leave, until all is done, something fails or time is up.
    private func waitForRest(
        _ first: [FleetOutcome],
        _ goals: [Reconciliation.Goal],
        _ applying: ApplyOptions,
        _ database: StateDatabase
    ) async throws -> [FleetOutcome] {
        var outcomes = first
        let uptime = Uptime(clock)
        var pause = Duration.milliseconds(100)
        while CommandStatus(of: outcomes) == .notConverged, uptime.now + pause < applying.timeout {
            if pause == .milliseconds(100) {
                console.tell("Waiting for the rest, at most \(applying.timeout.brief).", .faint)
            }
            try await clock.sleep(for: pause)
            pause = min(pause * 2, .seconds(5))
            for (index, goal) in goals.enumerated() where outcomes[index].result == .pending {
                let planned = await reconciliation.plan(goal)
                // The rest of what was judged; anything else that came in between is not.
                let verdict = try acknowledge(
                    try Verdict.judge(planned, goal, now: now()),
                    applying,
                    database
                )
                guard !verdict.isDenied else {
                    console.tell(
                        PlanDescription.policies(verdict.findings, columns: console.columns)
                    )
                    continue
                }
                outcomes[index] = try await rollOut(planned, goal, { _ in }, database)
            }
        }
        return outcomes
    }

    /// Rolls out one fleet's plan, written ahead, and remembers what became of it.
    private func rollOut(
        _ planned: Reconciliation.Planned,
        _ goal: Reconciliation.Goal,
        _ hear: @escaping @Sendable (PassEvent) -> Void,
        _ database: StateDatabase
    ) async throws -> FleetOutcome {
        guard !planned.plan.isEmpty else {
            let outcome = await reconciliation.rollOut(planned, goal)
            try note(outcome, of: planned.plan, goal.fleet.proxies, in: database)
            return outcome
        }
        try await forgetAttempts(planned, goal, in: database)
        try note(attempt: planned.plan, in: database)
        let journal = try PassJournal(record(planned.plan), planned, in: database)
        let outcome = await reconciliation.rollOut(planned, goal) { event in
            journal.hear(event)
            hear(event)
        } willBegin: { plans in
            try journal.begin(plans)
        }
        let (result, message) = outcome.record
        try journal.end(result, operations: outcome.operations, message: message)
        try note(outcome, of: planned.plan, goal.fleet.proxies, in: database)
        return outcome
    }

    private func record(_ plan: Plan) -> PassRecord {
        var record = PassRecord(
            fleet: plan.fleet,
            revision: plan.revision,
            cause: .apply,
            actor: options.actor
        )
        record.summary = PlanSummary(of: [plan]).description
        return record
    }

    private func forgetAttempts(
        _ planned: Reconciliation.Planned,
        _ goal: Reconciliation.Goal,
        in database: StateDatabase
    ) async throws {
        let (fleet, source) = (goal.fleet, source)
        let before = try database.ledger(of: fleet.name)
        var ledger = before
        var history = DeclarationHistory { await source.former(fleet.name, at: $0) }
        await history.prune(&ledger, for: fleet, planned.observed)
        if ledger != before { try database.save(ledger, of: fleet.name, since: before) }
    }

    private func note(attempt plan: Plan, in database: StateDatabase) throws {
        let before = try database.ledger(of: plan.fleet)
        var ledger = before
        for proxy in plan.proxies where !proxy.steps.isEmpty {
            ledger.attempt(plan.revision, on: proxy.proxy, proxy.incarnation)
        }
        try database.save(ledger, of: plan.fleet, since: before)
    }

    /// Remembers who runs what now, for the next plan and for `apus status`.
    private func note(
        _ outcome: FleetOutcome,
        of plan: Plan,
        _ targets: [ProxyTarget],
        in database: StateDatabase
    ) throws {
        let before = try database.ledger(of: plan.fleet)
        var ledger = before
        let processes = Dictionary(plan.proxies.map { ($0.proxy, $0.incarnation) }) { first, _ in
            first
        }
        for (proxy, result) in outcome.proxies where result.isConverged {
            guard let process = processes[proxy] else { continue }
            ledger.confirm(plan.revision, on: proxy, process)
        }
        try database.save(ledger, of: plan.fleet, since: before)
        let known = try database.status()
        var fleet =
            known?.status.fleets.first { $0.name == plan.fleet } ?? Status.Fleet(name: plan.fleet)
        fleet.attempted = plan.revision
        fleet.proxies = targets.sorted { $0.name < $1.name }.map { target in
            var proxy = Status.Proxy(name: target.name, runtime: target.runtime.description)
            proxy.isInSync = outcome.proxies[target.name]?.isConverged ?? false
            proxy.message = outcome.proxies[target.name]?.message ?? ""
            proxy.incarnation = processes[target.name]
            proxy.applied = ledger[target.name]?.applied
            return proxy
        }
        fleet.settle(plan.revision, after: outcome)
        try database.save(fleet)
        guard known == nil else { return }
        try database.save(Status(repository: source.name, ref: options.ref))
    }

    func finish(_ outcomes: [FleetOutcome], _ content: PlanFile.Content) throws
        -> CommandStatus
    {
        let status = CommandStatus(of: outcomes)
        if options.format != .text {
            try show(json: ApplyReport(outcomes, revision: content.revision, status: status))
            return status
        }
        let proxies = outcomes.flatMap { $0.proxies.sorted { $0.key < $1.key } }
        // Proxies with steps were told of when they ended; the others never began.
        let begun = Set(
            content.fleets.flatMap(\.plan.proxies).filter { !$0.steps.isEmpty }.map(\.proxy)
        )
        for (name, outcome) in proxies
        where !outcome.isConverged && !outcome.isSuspended
            && !(begun.contains(name) && outcome != .held)
        {
            console.fail("\(name): \(outcome.message)")
        }
        let converged = proxies.count { $0.value.isConverged }
        let suspended = proxies.count { $0.value.isSuspended }
        var line = StyledText(
            status == .ok ? "Applied. " : "Not applied everywhere. ",
            status == .ok ? .good : .error
        )
        line.append("\(converged) of \(count(proxies.count, "proxy", "proxies")) at ")
        line.append(content.revision.description, .note)
        line.append(".")
        if suspended > 0 {
            line.append(" \(count(suspended, "proxy is", "proxies are")) suspended.", .warning)
        }
        if content.summary.proxies > 0 || status != .ok { console.show([StyledText(), line]) }
        if status == .stalePlan {
            console.tell("Plan again: what was reviewed is not what would happen now.", .faint)
        }
        return status
    }

    /// Applies a saved plan as it was reviewed; what no longer fits is refused proxy by proxy.
    private func apply(saved path: String, _ applying: ApplyOptions) async throws -> CommandStatus {
        guard let data = FileManager.default.contents(atPath: path) else {
            console.fail("cannot read the plan \(path)")
            return .error
        }
        let content: PlanFile.Content
        do throws(PlanFile.Unreadable) {
            content = try PlanFile(decoding: data).content
        } catch {
            console.fail("\(path): \(error)")
            return .error
        }
        guard now() < content.expires else {
            console.fail(
                "the plan expired at \(WallTime(content.expires))\nplan again: what was reviewed is too old to be applied"
            )
            return .stalePlan
        }
        let database = try openDatabase()
        let names = content.fleets.map(\.plan.fleet)
        try refusePinned(names, content.revision, database)
        let locks: [FleetLock]
        do throws(FleetLock.Unavailable) {
            locks = try lock(names)
        } catch {
            guard error.isController else { throw error }
            let findings = content.fleets.flatMap(\.findings)
            guard try mayApply(content, findings, applying) else { return .error }
            let request = ControllerRequest(
                fleets: names,
                revision: content.revision,
                lock: error
            )
            return try await follow(request, within: applying.timeout, database)
        }
        defer { withExtendedLifetime(locks) {} }
        // What policies said when it was made stands; what was acknowledged since counts.
        let findings = try content.fleets.flatMap { fleet in
            let verdict = Verdict(findings: fleet.findings, digest: fleet.digest)
            return try acknowledge(verdict, applying, database).findings
        }
        guard try mayApply(content, findings, applying) else { return .error }
        let progress = ApplyProgress(
            total: content.summary.proxies,
            console: console,
            clock: clock
        )
        var outcomes: [FleetOutcome] = []
        for fleet in content.fleets {
            outcomes.append(try await rollOut(saved: fleet, progress.hear, database))
        }
        progress.end()
        return try finish(outcomes, content)
    }

    private func rollOut(
        saved fleet: PlanFile.Fleet,
        _ hear: @escaping @Sendable (PassEvent) -> Void,
        _ database: StateDatabase
    ) async throws -> FleetOutcome {
        try note(attempt: fleet.plan, in: database)
        let journal = try PassJournal(record(fleet.plan), in: database)
        let work = RolloutWork(
            plan: fleet.plan,
            targets: fleet.targets,
            settings: fleet.rollout
        ) { event in
            journal.hear(event)
            hear(event)
        } willBegin: { plans in
            try journal.begin(plans)
        }
        let outcome = await reconciliation.rollOut(work)
        let (result, message) = outcome.record
        try journal.end(result, operations: outcome.operations, message: message)
        try note(outcome, of: fleet.plan, fleet.targets, in: database)
        return outcome
    }
}
