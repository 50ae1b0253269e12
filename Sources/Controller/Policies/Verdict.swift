import FoundationEssentials
package import Model
package import Planning

/// What the policies say of one fleet's plan: the one place where a plan can be stopped before it reaches a proxy.
package struct Verdict: Hashable, Sendable {
    package var findings: [PolicyFinding] = []
    /// What an acknowledgement of this plan names.
    package let digest: String

    /// Whether anything stops the plan.
    package var isDenied: Bool { findings.contains(where: \.denies) }

    /// Judges a plan by the policies of the revision that is applied and of the new one.
    ///
    /// Costs nothing where no policy holds and nothing is dropped, or nothing is to be changed.
    package static func judge(
        _ planned: Reconciliation.Planned,
        _ goal: Reconciliation.Goal,
        now: Int
    ) throws -> Verdict {
        let facts = goal.subject(of: planned.plan, now: now) { planned.samples[$0] }.facts
        return try judge(planned.plan, goal.fleet, applied: goal.applied, facts)
    }

    /// Judges what a merge would change, as if every proxy ran `before` exactly.
    package static func judge(
        review plan: Plan,
        of fleet: DesiredFleet,
        from before: DesiredFleet?,
        now: Int
    ) throws -> Verdict {
        let isJudged = !fleet.policies.isEmpty || before?.policies.isEmpty == false
        let nothing = Plan(revision: plan.revision, fleet: plan.fleet, proxies: [])
        let subjects = [nothing, plan].map { plan in
            PolicySubject(
                fleet: fleet,
                plan: plan,
                previous: before,
                now: CELTime(milliseconds: now),
                observed: { ObservedProxy(running: before, on: $0, for: fleet) }
            )
        }
        // Following a large plan is work that only policies need, and a kind that is dropped.
        guard isJudged || !subjects[0].facts.isEmpty else { return Verdict(digest: "") }
        return try judge(plan, fleet, applied: before.map { [$0] } ?? [], subjects[1].facts)
    }

    private static func judge(
        _ plan: Plan,
        _ fleet: DesiredFleet,
        applied: [DesiredFleet],
        _ facts: [PlanFacts]
    ) throws -> Verdict {
        guard !facts.isEmpty else { return Verdict(digest: "") }
        let judge = PolicyJudge(fleet, applied: applied, timeZones: TimeZoneDatabase.offset)
        let findings = judge.judge(facts)
        // Hashing a large plan is work that only a denial needs.
        let isNamed = findings.contains(where: \.awaitsAcknowledgement)
        return Verdict(findings: findings, digest: isNamed ? try PlanDigest.of(change: plan) : "")
    }

    /// The same with what was acknowledged: each policy by name, with who did it and why.
    package func acknowledged(_ acknowledgements: [Acknowledgement]) -> Verdict {
        var verdict = self
        for (index, finding) in findings.enumerated() where finding.awaitsAcknowledgement {
            let found = acknowledgements.last {
                $0.policy == finding.policy && $0.plan == digest && !digest.isEmpty
            }
            guard let found else { continue }
            verdict.findings[index].acknowledgement =
                "\(found.actor): \(found.reason) (until \(WallTime(found.expires)))"
        }
        return verdict
    }
}

extension Reconciliation.Goal {
    /// Whether any policy has something to say of a change.
    var isJudged: Bool {
        !fleet.policies.isEmpty || !applied.allSatisfy(\.policies.isEmpty)
            || (!previous.isEmpty
                && (fleet.backends.isEmpty || fleet.maps.allSatisfy(\.entries.isEmpty)))
    }

    func subject(
        of plan: Plan,
        now: Int,
        observed: @escaping @Sendable (ProxyName) -> ObservedProxy?
    ) -> PolicySubject {
        let known = plan.proxies.filter { previous[$0.proxy] != nil }
        let first = known.first { !$0.steps.isEmpty } ?? known.first
        return PolicySubject(
            fleet: fleet,
            plan: isJudged ? plan : Plan(revision: plan.revision, fleet: plan.fleet, proxies: []),
            previous: first.flatMap { previous[$0.proxy] },
            now: CELTime(milliseconds: now),
            observed: observed
        )
    }
}

extension CELTime {
    init(milliseconds: Int) { self.init(nanoseconds: Int128(milliseconds) * 1_000_000) }
}
