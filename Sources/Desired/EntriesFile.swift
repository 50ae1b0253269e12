import Model

/// A map file in the repository: lines `key value` in order, `#` begins a comment line.
struct EntriesFile: Sendable {
    let entries: [DesiredMapEntry]
    let diagnostics: [Diagnostic]

    init(_ bytes: [UInt8], path: String) {
        var entries: [DesiredMapEntry] = []
        var diagnostics: [Diagnostic] = []
        var places: [String: Origin] = [:]
        var number = 0
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            guard diagnostics.count < 100 else { break }
            guard let text = String(validating: line, as: UTF8.self) else {
                diagnostics.append(
                    Diagnostic(
                        at: Origin(file: path, line: number, column: 1),
                        "the line is not UTF-8"
                    )
                )
                continue
            }
            let words = text.drop { $0.isWhitespace }
            guard let first = words.first, first != "#" else { continue }
            let key = String(words.prefix { $0 != " " && $0 != "\t" })
            let value = Self.trimmed(words.dropFirst(key.count))
            let origin = Origin(file: path, line: number, column: text.count - words.count + 1)
            if !MapEntryText.isKey(key) || !MapEntryText.isValue(value) {
                diagnostics.append(
                    Diagnostic(at: origin, "a line must be a key, white space and a value")
                )
            } else if let first = places[key] {
                let message = "key \(VisibleText.quoted(key)) appears twice in this map"
                diagnostics.append(Diagnostic(at: origin, message, related: first))
            } else {
                places[key] = origin
                entries.append(DesiredMapEntry(key: key, value: value, origin: origin))
            }
        }
        self.entries = entries
        self.diagnostics = diagnostics
    }

    private static func trimmed(_ text: Substring) -> String {
        var rest = text.drop { $0.isWhitespace }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
