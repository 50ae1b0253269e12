import Model
import Planning

/// A plan as JSON values, one a line: for programs that read a stream (`-o ndjson`).
///
/// First `plan`, last `summary`; between them `step`, `remark`, `finding` and `unplanned`. Steps that proxies have in
/// common are written once, with their names.
struct PlanLines {
    private struct Head: Encodable {
        let type = "plan"
        let schema: Int
        let digest: String
        let revision: Revision
        let created: Int
        let expires: Int
    }

    private struct StepLine: Encodable {
        let type = "step"
        let fleet: FleetName
        let proxies: [ProxyName]
        let step: Step
    }

    private struct RemarkLine: Encodable {
        let type = "remark"
        let fleet: FleetName
        let proxies: [ProxyName]
        let remark: Remark
    }

    private struct FindingLine: Encodable {
        let type = "finding"
        let finding: PolicyFinding
    }

    private struct UnplannedLine: Encodable {
        let type = "unplanned"
        let fleet: FleetName
        let proxy: ProxyName
        let reason: String
    }

    private struct SummaryLine: Encodable {
        let type = "summary"
        let summary: PlanSummary
    }

    let file: PlanFile

    /// Gives line after line to `write`, each ended by a newline.
    func write(to write: (String) -> Void) throws {
        func line(_ value: some Encodable) throws {
            write(try StateDatabase.encoded(value) + "\n")
        }
        let content = file.content
        try line(
            Head(
                schema: content.schema,
                digest: file.digest,
                revision: content.revision,
                created: content.created,
                expires: content.expires
            )
        )
        for fleet in content.fleets {
            let name = fleet.plan.fleet
            for group in fleet.plan.groups {
                for step in group.steps {
                    try line(StepLine(fleet: name, proxies: group.proxies, step: step))
                }
            }
            for (remark, proxies) in fleet.plan.remarksByProxy {
                try line(RemarkLine(fleet: name, proxies: proxies, remark: remark))
            }
            for finding in fleet.findings { try line(FindingLine(finding: finding)) }
            for missing in fleet.unplanned {
                try line(
                    UnplannedLine(fleet: name, proxy: missing.proxy, reason: missing.reason)
                )
            }
        }
        try line(SummaryLine(summary: content.summary))
    }
}
