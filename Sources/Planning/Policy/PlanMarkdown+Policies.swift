import Model

extension PlanMarkdown {
    /// What policies say, for a review comment: a banner for what stops the merge, a list for the rest.
    static func policies(_ findings: [PolicyFinding]) -> String {
        guard !findings.isEmpty else { return "" }
        let denied = findings.filter(\.denies)
        var text = ""
        if !denied.isEmpty {
            let names = Set(denied.map(\.policy)).sorted().map { code($0) }.joined(separator: ", ")
            text += "\n> [!CAUTION]\n> **Denied by policy:** \(names)\n"
        }
        text += "\n**Policies**\n\n"
        for finding in findings.prefix(20) {
            let marker =
                finding.denies
                ? "❌" : finding.exemption == nil && finding.enforcement == .warn ? "⚠️" : "ℹ️"
            let said = inline(finding.said, limit: 300)
            let proxies =
                finding.proxies.isEmpty
                ? ""
                : ", on \(finding.proxies.count == 1 ? "1 proxy" : "\(finding.proxies.count) proxies")"
            let note = finding.note.map { " · " + inline($0, limit: 200) } ?? ""
            text +=
                "- \(marker) \(code(finding.policy)) \(said) (\(code("\(finding.origin)"))\(proxies))\(note)\n"
        }
        if findings.count > 20 { text += "- and \(findings.count - 20) more\n" }
        return text
    }
}
