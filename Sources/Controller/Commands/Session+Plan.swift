import Desired
import Fleet
import FoundationEssentials
import Model
import Planning

extension Session {
    /// What `plan` alone can be asked for.
    package struct PlanOptions: Hashable, Sendable {
        /// Where to save the plan.
        package var out: String?
        /// Compare two revisions instead of a revision and what runs.
        package var from: String?
        package var to: String?
        /// How long a saved plan may be applied.
        package var validity = Duration.seconds(86_400)
        /// Exit 2 when there are changes.
        package var detailedExitStatus = false

        package init() {}
    }

    /// `apus plan`: what `apply` would do, or what a merge would change.
    package func plan(_ planning: PlanOptions) async throws -> CommandStatus {
        let (content, isReview) =
            if let from = planning.from {
                (try await compare(from, planning.to ?? options.ref, planning.validity), true)
            } else {
                (try await observeAndPlan(validFor: planning.validity).content, false)
            }
        let findings = content.fleets.flatMap(\.findings)
        let isSealed = planning.out != nil || options.format != .text
        let file = isSealed ? try PlanFile(sealing: content) : nil
        if let out = planning.out, let file { try save(file, to: out) }
        if let file, options.format != .text {
            try show(file)
        } else {
            console.show(description(of: content))
            console.show(PlanDescription.policies(findings, columns: console.columns))
            let saved = planning.out.flatMap { out in file.map { (path: out, digest: $0.digest) } }
            let isDenied = findings.contains(where: \.denies)
            if !isReview, !isDenied { console.show(nextSteps(for: content, saved: saved)) }
        }
        if content.fleets.contains(where: { !$0.unplanned.isEmpty }) { return .error }
        if findings.contains(where: \.denies) { return .deniedByPolicy }
        return planning.detailedExitStatus && content.summary.proxies > 0 ? .changes : .ok
    }

    private func save(_ file: PlanFile, to path: String) throws {
        do {
            try file.encoded().write(to: URL(filePath: path), options: .atomic)
        } catch {
            console.fail(
                "cannot write the plan \(path): no such folder, no permission or no room\nchoose another place with --out"
            )
            throw Ended(.error)
        }
    }

    /// Prints a plan for a program or for a review.
    private func show(_ file: PlanFile) throws {
        switch options.format {
        case .text, .json: console.out(String(decoding: try file.encoded(), as: UTF8.self))
        case .ndjson: try PlanLines(file: file).write(to: console.out)
        case .markdown:
            let footer = ["Plan `\(file.digest)`, holds until \(WallTime(file.content.expires))."]
            let markdown = PlanMarkdown(
                described(file.content),
                findings: file.content.fleets.flatMap(\.findings),
                footer: footer
            )
            console.out(markdown.text)
        }
    }

    /// Plans every selected fleet against what its proxies run.
    func observeAndPlan(
        validFor validity: Duration = .seconds(86_400),
        judged: (Verdict) throws -> Verdict = { $0 }
    ) async throws -> (
        content: PlanFile.Content, work: [(Reconciliation.Goal, Reconciliation.Planned)]
    ) {
        let (fleets, revision) = try await selectedFleets()
        var work: [(Reconciliation.Goal, Reconciliation.Planned)] = []
        var sealed: [PlanFile.Fleet] = []
        for fleet in fleets {
            let goal = try await goal(fleet, revision)
            let planned = await reconciliation.plan(goal)
            work.append((goal, planned))
            let verdict = try judged(try Verdict.judge(planned, goal, now: now()))
            let unplanned = planned.unreachable.sorted { $0.key < $1.key }.map { name, error in
                PlanFile.Unplanned(
                    proxy: name,
                    reason: "\(error.address): \(error.tried): \(error.reason)"
                )
            }
            sealed.append(
                try PlanFile.Fleet(
                    plan: planned.plan,
                    targets: fleet.proxies.sorted { $0.name < $1.name },
                    rollout: fleet.rollout,
                    unplanned: unplanned,
                    findings: verdict.findings
                )
            )
        }
        return (
            PlanFile.Content(
                revision: revision,
                fleets: sealed,
                created: now(),
                validity: validity
            ),
            work
        )
    }

    /// Plans from one revision to another as if every proxy ran the first one exactly.
    private func compare(
        _ from: String,
        _ to: String,
        _ validity: Duration
    ) async throws -> PlanFile.Content {
        let before = try await load(from).state
        let (after, loaded) = try await load(to)
        let known = Dictionary(before.fleets.map { ($0.name, $0) }) { first, _ in first }
        var fleets: [PlanFile.Fleet] = []
        for fleet in try options.selection.apply(to: after) {
            let former = await known[fleet.name]?.resolved(from: certificates)
            let fleet = await fleet.resolved(from: certificates)
            let plan = Planner.plan(fleet, from: former, revision: loaded.revision)
            let verdict = try Verdict.judge(review: plan, of: fleet, from: former, now: now())
            fleets.append(
                try PlanFile.Fleet(
                    plan: plan,
                    targets: fleet.proxies,
                    rollout: fleet.rollout,
                    findings: verdict.findings
                )
            )
        }
        return PlanFile.Content(
            revision: loaded.revision,
            fleets: fleets,
            created: now(),
            validity: validity
        )
    }

    func description(of content: PlanFile.Content) -> [StyledText] {
        [StyledText()] + PlanDescription(described(content), columns: console.columns).lines
    }

    private func described(_ content: PlanFile.Content) -> [PlanDescription.Fleet] {
        content.fleets.map { fleet in
            PlanDescription.Fleet(
                fleet.plan,
                unplanned: fleet.unplanned.map { (proxy: $0.proxy, reason: $0.reason) }
            )
        }
    }

    private func nextSteps(
        for content: PlanFile.Content,
        saved: (path: String, digest: String)?
    ) -> [StyledText] {
        guard content.summary.proxies > 0 else { return [] }
        var line = StyledText("To apply ", .faint)
        if let saved {
            line.append("exactly this plan (\(saved.digest.prefix(19))…):  ", .faint)
            line.append("apus apply \(saved.path)", .strong)
        } else {
            var command = "apus apply \(options.repository)"
            if options.worktree { command += " --worktree" }
            if options.ref != "HEAD" { command += " --ref \(options.ref)" }
            line.append("it:  ", .faint)
            line.append(command, .strong)
            line.append("   (save it for review with --out plan.json)", .faint)
        }
        return [line]
    }
}
