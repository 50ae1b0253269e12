package import Desired
import Model
package import Planning

/// Every mistake of a revision as a person reads it: the message, the place, the line, a caret.
package struct DiagnosticReport: Sendable {
    let loaded: LoadedState
    /// Columns of the terminal.
    let columns: Int

    package init(_ loaded: LoadedState, columns: Int) {
        self.loaded = loaded
        self.columns = max(columns, 40)
    }

    /// All diagnostics, a blank line after each, and how many there were; nothing when there are none.
    package var lines: [StyledText] {
        guard !loaded.diagnostics.isEmpty else { return [] }
        return loaded.diagnostics.flatMap(describe) + [count]
    }

    private func describe(_ diagnostic: Diagnostic) -> [StyledText] {
        var head = StyledText("\(diagnostic.severity.rawValue): ", diagnostic.severity.role)
        head.append(diagnostic.message, .strong)
        var place = StyledText("  --> ", .faint)
        place.append(diagnostic.origin.description, .note)
        if !diagnostic.context.isEmpty { place.append("  \(diagnostic.context)", .faint) }
        var lines = [head, place] + snippet(at: diagnostic.origin, diagnostic.severity.role)
        if let related = diagnostic.related {
            var place = StyledText("  see ", .faint)
            place.append(related.description, .note)
            lines += [place] + snippet(at: related, .note)
        }
        return lines + [StyledText()]
    }

    /// The line of the file and a caret under the word; nothing when its text was not kept.
    private func snippet(at origin: Origin, _ role: StyledText.Role) -> [StyledText] {
        guard let excerpt = loaded.excerpt(at: origin) else { return [] }
        let number = String(excerpt.line)
        let margin = max(number.count, 3)
        let window = Window(of: excerpt, width: columns - margin - 4)
        var code = StyledText()
        code.pad(to: margin - number.count)
        code.append("\(number) │ ", .faint)
        code.append(window.text)
        var caret = StyledText()
        caret.pad(to: margin)
        caret.append(" │ ", .faint)
        caret.pad(to: margin + 3 + window.caret)
        caret.append(String(repeating: "^", count: window.length), role)
        return [code, caret]
    }

    private var count: StyledText {
        let errors = loaded.diagnostics.count { $0.severity == .error }
        let warnings = loaded.diagnostics.count { $0.severity == .warning }
        let files = Set(loaded.diagnostics.map(\.origin.file)).count
        var parts: [String] = []
        if errors > 0 { parts.append(errors == 1 ? "1 error" : "\(errors) errors") }
        if warnings > 0 { parts.append(warnings == 1 ? "1 warning" : "\(warnings) warnings") }
        let notes = loaded.diagnostics.count - errors - warnings
        if notes > 0 { parts.append(notes == 1 ? "1 note" : "\(notes) notes") }
        var line = StyledText(parts.joined(separator: ", "), errors > 0 ? .error : .warning)
        line.append(" in \(files == 1 ? "1 file" : "\(files) files")")
        return line
    }
}

/// The part of a long line that fits, and how many characters the caret underlines.
private struct Window {
    let text: String
    let caret: Int
    let length: Int

    init(of excerpt: Excerpt, width: Int) {
        let characters = Array(excerpt.text)
        let end = Self.endOfWord(in: characters, from: min(excerpt.caret, characters.count))
        let start = max(0, min(excerpt.caret - width / 2, characters.count - width))
        let shown = characters.dropFirst(start).prefix(width)
        text = String(shown)
        caret = excerpt.caret - start
        length = max(1, min(end - excerpt.caret, width - caret))
    }

    /// Behind a quoted text, or before what ends a plain scalar in YAML's flow style.
    private static func endOfWord(in characters: [Character], from start: Int) -> Int {
        let word = characters[start...]
        if let quote = word.first, "\"'".contains(quote),
            let end = word.dropFirst().firstIndex(of: quote)
        {
            return end + 1
        }
        let end = word.indices.first { index in
            switch characters[index] {
            case " ", ",", "]", "}": true
            case ":": index + 1 == characters.count || characters[index + 1] == " "
            default: false
            }
        }
        return end ?? characters.count
    }
}

extension Diagnostic.Severity {
    fileprivate var role: StyledText.Role {
        switch self {
        case .error: .error
        case .warning: .warning
        case .note: .note
        }
    }
}
