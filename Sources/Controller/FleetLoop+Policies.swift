import Logging
import Model
import Planning

extension FleetLoop {
    /// Whether policies let the plan pass; says once what they say, and why the fleet waits.
    func mayProceed(_ planned: Reconciliation.Planned, _ goal: Reconciliation.Goal) -> Bool {
        let verdict: Verdict
        do {
            let judged = try Verdict.judge(planned, goal, now: database.now())
            verdict = judged.acknowledged(
                judged.digest.isEmpty ? [] : try database.acknowledgements(ofPlan: judged.digest)
            )
        } catch {
            // Fail closed: what cannot be judged does not happen.
            logger.error("policies cannot be judged", metadata: ["why": "\(error)"])
            return false
        }
        if verdict != told { tell(verdict) }
        told = verdict
        guard let first = verdict.findings.first(where: \.denies) else { return true }
        board.update(name) { fleet in
            fleet.condition = .stalled
            fleet.message = "denied by policy \(first.policy): \(first.message)"
        }
        saveStatus()
        return false
    }

    private func tell(_ verdict: Verdict) {
        for finding in verdict.findings.prefix(20) {
            var metadata: Logger.Metadata = [
                "policy": "\(finding.policy)", "what": "\(finding.message)",
                "at": "\(finding.origin)", "proxies": "\(finding.proxies.count)",
            ]
            if finding.awaitsAcknowledgement {
                metadata["acknowledge"] =
                    "apus policy acknowledge \(finding.policy) --plan \(verdict.digest)"
            }
            if let note = finding.exemption ?? finding.acknowledgement {
                metadata["passes"] = "\(note)"
            }
            let level: Logger.Level =
                finding.denies ? .error : finding.enforcement == .warn ? .warning : .info
            logger.log(
                level: level,
                finding.denies ? "denied by policy" : "policy",
                metadata: metadata
            )
        }
    }
}
