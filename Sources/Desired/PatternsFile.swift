import Model

/// An ACL file in the repository: one pattern a line, `#` begins a comment line.
struct PatternsFile: Sendable {
    let patterns: [DesiredPattern]
    let diagnostics: [Diagnostic]

    init(_ bytes: [UInt8], path: String) {
        var patterns: [DesiredPattern] = []
        var diagnostics: [Diagnostic] = []
        var places: [String: Origin] = [:]
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            guard diagnostics.count < 100 else { break }
            guard let text = String(validating: line, as: UTF8.self) else {
                let start = Origin(file: path, line: number, column: 1)
                diagnostics.append(Diagnostic(at: start, "the line is not UTF-8"))
                continue
            }
            var rest = text.drop { $0.isWhitespace }
            let column = text.count - rest.count + 1
            while rest.last?.isWhitespace == true { rest.removeLast() }
            guard let first = rest.first, first != "#" else { continue }
            let pattern = String(rest)
            let origin = Origin(file: path, line: number, column: column)
            if !MapEntryText.isValue(pattern) {
                let message = "a pattern must be one line without control characters"
                diagnostics.append(Diagnostic(at: origin, message))
            } else if let first = places[pattern] {
                let message = "pattern \(VisibleText.quoted(pattern)) appears twice"
                diagnostics.append(Diagnostic(at: origin, message, related: first))
            } else {
                places[pattern] = origin
                patterns.append(DesiredPattern(pattern, origin: origin))
            }
        }
        self.patterns = patterns
        self.diagnostics = diagnostics
    }
}
