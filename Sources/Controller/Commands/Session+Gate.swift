import Desired
import FoundationEssentials
import Model
import Planning

extension Session {
    /// `apus hook gate`: judges what a push would make of the branches that count; the push waits for it.
    ///
    /// Compares the branch before with the branch after, as `plan --from --to` does: no proxy is contacted.
    package func gate(_ updates: [ReferenceUpdate], branches: [String]) async throws
        -> CommandStatus
    {
        let names = branches.isEmpty ? [Self.head(of: source.name)] : branches.map(Self.fullName)
        var status = CommandStatus.ok
        for update in updates where names.contains(update.name) {
            do {
                let one = try await judge(update)
                if one != .ok { status = one }
            } catch let ended as Ended {
                status = ended.status
            }
        }
        if status != .ok { console.fail("the push is refused; nothing was changed") }
        return status
    }

    private func judge(_ update: ReferenceUpdate) async throws -> CommandStatus {
        guard let new = update.new else {
            console.fail("\(update.name) is what apus follows, so it cannot be deleted")
            return .error
        }
        let (after, loaded) = try await load(new)
        // A branch that held mistakes before cannot be compared with; the new one stands for itself.
        let before = try await state(at: update.old)
        if after.fleets.isEmpty, let before, !before.fleets.isEmpty {
            console.fail(
                "\(update.name) would declare no fleet any more: an empty state is refused"
            )
            return .deniedByPolicy
        }
        let earlier = Dictionary((before?.fleets ?? []).map { ($0.name, $0) }) { first, _ in first }
        let database = try? openDatabase()
        var findings: [PolicyFinding] = []
        var plans: [Plan] = []
        for fleet in after.fleets {
            let plan = Planner.plan(fleet, from: earlier[fleet.name], revision: loaded.revision)
            var verdict = try Verdict.judge(
                review: plan,
                of: fleet,
                from: earlier[fleet.name],
                now: now()
            )
            if let known = try database?.acknowledgements(ofPlan: verdict.digest) {
                verdict = verdict.acknowledged(known)
            }
            tell(verdict)
            findings += verdict.findings
            plans.append(plan)
        }
        if findings.contains(where: \.denies) { return .deniedByPolicy }
        console.tell("apus: \(loaded.revision) is valid: \(PlanSummary(of: plans))")
        return .ok
    }

    private func state(at commit: String?) async throws -> DesiredState? {
        guard let commit else { return nil }
        return try await read(commit).state
    }

    /// Says what policies say of a plan, and how to let pass what can be.
    func tell(_ verdict: Verdict) {
        console.tell(PlanDescription.policies(verdict.findings, columns: console.columns))
        guard verdict.findings.contains(where: \.awaitsAcknowledgement) else { return }
        let names = Set(verdict.findings.filter(\.awaitsAcknowledgement).map(\.policy)).sorted()
        for name in names {
            console.tell(
                "  apus policy acknowledge \(name) --plan \(verdict.digest) --reason …",
                .faint
            )
        }
    }

    /// The branch that a repository's HEAD names.
    private static func head(of repository: String) -> String {
        for path in [repository + "/HEAD", repository + "/.git/HEAD"] {
            guard let data = FileManager.default.contents(atPath: path) else { continue }
            let text = String(decoding: data.prefix(1024), as: UTF8.self)
            guard text.hasPrefix("ref: ") else { continue }
            return String(text.dropFirst(5).prefix { !$0.isNewline })
        }
        return "refs/heads/main"
    }

    private static func fullName(_ branch: String) -> String {
        branch.hasPrefix("refs/") ? branch : "refs/heads/\(branch)"
    }
}
