import Model

/// A map file in the repository: lines `key value` in order, `#` begins a comment line.
struct EntriesFile: Sendable {
    let entries: [DesiredMapEntry]
    let diagnostics: [Diagnostic]

    init(_ bytes: [UInt8], path: String) {
        var entries: [DesiredMapEntry] = []
        var lines = LineReader(bytes, path: path)
        while let line = lines.next() {
            let key = String(line.text.prefix { $0 != " " && $0 != "\t" })
            let value = String(line.text.dropFirst(key.count).drop { $0.isWhitespace })
            if !MapEntryText.isKey(key) || !MapEntryText.isValue(value) {
                lines.report("a line must be a key, white space and a value", at: line.origin)
            } else if let first = lines.note(key, at: line.origin) {
                let message = "key \(VisibleText.quoted(key)) appears twice in this map"
                lines.report(message, at: line.origin, related: first)
            } else {
                entries.append(DesiredMapEntry(key: key, value: value, origin: line.origin))
            }
        }
        self.entries = entries
        diagnostics = lines.diagnostics
    }
}
