import Model

/// One line for a person to read: runs of text with a meaning, which a terminal turns into colour.
///
/// Nothing a file or a proxy supplied reaches a terminal raw: control characters, and those that
/// reorder or hide text, become visible escapes the moment they enter.
package struct StyledText: Hashable, Sendable {
    /// What a run means; how it looks is the terminal's business.
    package enum Role: Hashable, Sendable {
        case plain, strong, faint, added, changed, removed, note, good, warning, error
    }

    /// A stretch of text with one meaning.
    package struct Run: Hashable, Sendable {
        package let text: String
        package let role: Role
    }

    package private(set) var runs: [Run] = []

    package init() {}

    package init(_ text: String, _ role: Role = .plain) {
        append(text, role)
    }

    /// Adds text, its unprintable characters made visible.
    package mutating func append(_ text: String, _ role: Role = .plain) {
        guard !text.isEmpty else { return }
        runs.append(Run(text: VisibleText.escape(text.unicodeScalars), role: role))
    }

    /// Adds the runs of another line.
    package mutating func append(_ other: StyledText) {
        runs.append(contentsOf: other.runs)
    }

    /// Adds spaces up to a column; a line that is already there stays as it is.
    package mutating func pad(to column: Int) {
        let missing = column - width
        if missing > 0 {
            runs.append(Run(text: String(repeating: " ", count: missing), role: .plain))
        }
    }

    /// Columns taken on a terminal, every character counted as one.
    package var width: Int { runs.reduce(0) { $0 + $1.text.count } }

    package var isEmpty: Bool { runs.isEmpty }

    /// The text without its meanings.
    package var plain: String { runs.map(\.text).joined() }
}

extension StyledText {
    /// Words laid out in lines of at most `columns`, the second and later lines indented.
    ///
    /// `self` is how the first line begins; a single word longer than a line is never broken.
    package func wrapping(_ words: [StyledText], indent: Int, columns: Int) -> [StyledText] {
        var lines: [StyledText] = []
        var line = self
        var isFirstWord = true
        for word in words {
            if !isFirstWord, line.width + 1 + word.width > columns {
                lines.append(line)
                line = StyledText()
                line.pad(to: indent)
            } else if !isFirstWord {
                line.append(" ")
            }
            line.append(word)
            isFirstWord = false
        }
        lines.append(line)
        return lines
    }
}
