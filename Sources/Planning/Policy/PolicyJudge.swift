package import Model

/// Judges changes by policies: those of the revision that is applied and those of the new one.
///
/// A commit cannot weaken its own guard: what either revision forbids is forbidden.
package struct PolicyJudge: Sendable {
    private let programs: [PolicyProgram]
    /// Policies that cannot be compiled: they forbid everything.
    private let broken: [(policy: DesiredPolicy, diagnostic: Diagnostic)]

    /// Compiles the policies of a fleet, those of earlier revisions that differ with them.
    package init(
        _ fleet: DesiredFleet,
        applied: [DesiredFleet] = [],
        timeZones: CELEnvironment.TimeZones? = nil
    ) {
        var seen: Set<DesiredPolicy> = []
        var programs: [PolicyProgram] = []
        var broken: [(policy: DesiredPolicy, diagnostic: Diagnostic)] = []
        for policy in applied.flatMap(\.policies) + fleet.policies + [Self.builtIn]
        where seen.insert(policy).inserted {
            let (program, diagnostics) = PolicyProgram.compile(policy, timeZones: timeZones)
            if let program {
                programs.append(program)
            } else if let first = diagnostics.first {
                broken.append((policy, first))
            }
        }
        self.programs = programs
        self.broken = broken
    }

    /// What the policies say of the changes; the same said of several proxies once.
    package func judge(_ changes: [PlanFacts]) -> [PolicyFinding] {
        var findings: [PolicyFinding] = []
        for facts in changes {
            let variables = facts.variables
            let said = programs.flatMap { $0.judge(facts, variables) }
            for finding in said + broken.map({ refusal($0, facts) }) {
                let known = findings.firstIndex {
                    $0.policy == finding.policy && $0.message == finding.message
                        && $0.enforcement == finding.enforcement
                        && $0.exemption == finding.exemption
                }
                guard let known else {
                    findings.append(finding)
                    continue
                }
                let more = finding.proxies.filter { !findings[known].proxies.contains($0) }
                findings[known].proxies += more
            }
        }
        return findings.sorted {
            ($0.rank, $0.policy, $0.message) < ($1.rank, $1.policy, $1.message)
        }
    }

    private func refusal(
        _ broken: (policy: DesiredPolicy, diagnostic: Diagnostic),
        _ facts: PlanFacts
    ) -> PolicyFinding {
        PolicyFinding(
            policy: broken.policy.name,
            enforcement: broken.policy.enforcement,
            message: "cannot be compiled, so it does not hold: \(broken.diagnostic.message)",
            origin: broken.diagnostic.origin,
            fleet: facts.fleet.name,
            proxies: facts.proxies
        )
    }

    /// Always there: an empty desired state, or one that drops a whole kind, is more often a mistake
    /// than a wish.
    package static let builtIn: DesiredPolicy = {
        let origin = Origin(file: "(built in)", line: 1, column: 1)
        var policy = DesiredPolicy(name: "drops-whole-kind", origin: origin)
        policy.enforcement = .override
        policy.validations = [
            DesiredPolicy.Validation(
                expression: PlacedText("dropped.size() == 0", at: origin),
                message: "",
                messageExpression: PlacedText(
                    "'nothing is declared any more of kind ' + dropped[0] + (dropped.size() > 1 ? ' and ' + dropped[1] : '')",
                    at: origin
                )
            )
        ]
        return policy
    }()
}

extension PolicyFinding {
    /// What stops the change first.
    fileprivate var rank: Int {
        if denies { return 0 }
        return enforcement == .warn ? 1 : 2
    }
}
