import Model

/// An ACL file in the repository: one pattern a line, `#` begins a comment line.
struct PatternsFile: Sendable {
    let patterns: [DesiredPattern]
    let diagnostics: [Diagnostic]

    init(_ bytes: [UInt8], path: String) {
        var patterns: [DesiredPattern] = []
        var lines = LineReader(bytes, path: path)
        while let line = lines.next() {
            if !MapEntryText.isValue(line.text) {
                let message = "a pattern must be one line without control characters"
                lines.report(message, at: line.origin)
            } else if let first = lines.note(line.text, at: line.origin) {
                let message = "pattern \(VisibleText.quoted(line.text)) appears twice"
                lines.report(message, at: line.origin, related: first)
            } else {
                patterns.append(DesiredPattern(line.text, origin: line.origin))
            }
        }
        self.patterns = patterns
        diagnostics = lines.diagnostics
    }
}
