import Model

extension PlanDescription {
    /// What policies say of the plans: what stops them first, each with its place in the repository.
    package static func policies(_ findings: [PolicyFinding], columns: Int) -> [StyledText] {
        guard !findings.isEmpty else { return [] }
        let columns = min(max(columns, 40), 120)
        var lines = [StyledText("Policies", .strong)]
        for finding in findings {
            var line = StyledText("  ")
            line.append(finding.marker, finding.role)
            line.append(" ")
            line.append(finding.policy, finding.role)
            line.append("  ")
            let indent = min(line.width, columns / 2)
            let said = finding.said.split(separator: " ").map { StyledText(String($0)) }
            let place = [StyledText("(\(finding.origin))", .faint)]
            lines += line.wrapping(said + finding.whom + place, indent: indent, columns: columns)
            if let note = finding.note {
                var start = StyledText()
                start.pad(to: indent)
                let words = note.split(separator: " ").map { StyledText(String($0), .faint) }
                lines += start.wrapping(words, indent: indent, columns: columns)
            }
        }
        return lines + [StyledText()]
    }
}

extension PolicyFinding {
    fileprivate var marker: String {
        if denies { return "✗" }
        return enforcement == .warn && exemption == nil ? "!" : "·"
    }

    fileprivate var role: StyledText.Role {
        if denies { return .error }
        return enforcement == .warn && exemption == nil ? .warning : .note
    }

    /// `denies: removes …`, in one line.
    package var said: String {
        let verb =
            if denies {
                "denies"
            } else if exemption != nil || acknowledgement != nil {
                "lets pass"
            } else {
                enforcement == .warn ? "warns" : "notes"
            }
        return "\(verb): \(message)"
    }

    fileprivate var whom: [StyledText] {
        guard !proxies.isEmpty else { return [] }
        let names = proxies.prefix(3).joined(separator: ", ")
        let more = proxies.count > 3 ? " and \(proxies.count - 3) more" : ""
        return "on \(names)\(more)".split(separator: " ").map { StyledText(String($0), .faint) }
    }

    /// What lifts it, or what did.
    package var note: String? {
        if let exemption { return "exempt: \(exemption)" }
        if let acknowledgement { return "acknowledged by \(acknowledgement)" }
        guard awaitsAcknowledgement else { return nil }
        return "whoever means it says so: apus apply --ack \(policy)=REASON"
    }
}
