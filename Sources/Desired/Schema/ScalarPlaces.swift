import Model

/// Finds where the characters of a YAML scalar's value stand in its file.
///
/// Walks the value and the file's text side by side: what differs is quoting, escapes, folding and
/// indentation. Where the two cannot be matched, the rest counts on from the last place.
struct ScalarPlaces {
    private let source: [Unicode.Scalar]
    private var index: Int
    private var line: Int
    private var column: Int
    private var runs: [PlacedText.Run] = []

    /// The runs of a value that begins at `mark` (a quote, a block's `|`, or its first character).
    static func runs(
        of value: String,
        at mark: YAMLTree.Mark,
        in source: SourceLines
    ) -> [PlacedText.Run] {
        // An escape has at most ten bytes a character; the rest is for indentation.
        let limit = Int(mark.column) + 12 * value.utf8.count + 4_096
        let text = source.text(fromLine: Int(mark.line), limit: min(limit, 300_000))
        var places = ScalarPlaces(Array(text.unicodeScalars), mark)
        places.walk(Array(value.unicodeScalars))
        return places.runs
    }

    private init(_ source: [Unicode.Scalar], _ mark: YAMLTree.Mark) {
        self.source = source
        index = Int(mark.column) - 1
        line = Int(mark.line)
        column = Int(mark.column)
    }

    private var current: Unicode.Scalar? { index < source.count ? source[index] : nil }

    private mutating func advance(_ count: Int = 1) {
        for _ in 0..<count where index < source.count {
            if source[index] == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
            index += 1
        }
    }

    private mutating func walk(_ value: [Unicode.Scalar]) {
        guard let first = current else { return }
        let style = first
        switch style {
        case "|", ">":
            while let scalar = current, scalar != "\n" { _ = (scalar, advance()) }
            skipSpace()
        case "\"", "'": advance()
        default: break
        }
        for (offset, scalar) in value.enumerated() {
            guard match(scalar, style, offset) else { return }
        }
    }

    /// Moves behind the place of one character of the value; false when it cannot be found.
    private mutating func match(_ scalar: Unicode.Scalar, _ style: Unicode.Scalar, _ offset: Int)
        -> Bool
    {
        if current == "\\", style == "\"" {
            note(offset)
            advance(escapeLength)
            return true
        }
        if current == "'", style == "'" {
            note(offset)
            advance(2)
            return true
        }
        let isBlank = scalar == " " || scalar == "\n" || scalar == "\t"
        if isBlank {
            guard let next = current else { return true }
            note(offset)
            if next == scalar, next != "\n" {
                advance()
            } else if next == "\n" || next == "\r" || next == " " {
                // A line end that stands for a space or for itself; indentation belongs to it.
                skipSpace()
            }
            return true
        }
        if current != scalar { skipSpace() }
        guard current == scalar else { return false }
        note(offset)
        advance()
        return true
    }

    private mutating func skipSpace() {
        while let scalar = current,
            scalar == " " || scalar == "\n" || scalar == "\r" || scalar == "\t"
        {
            advance()
        }
    }

    /// Starts a run unless the last one counts on to here.
    private mutating func note(_ offset: Int) {
        if let last = runs.last, last.line == line, column - last.column == offset - last.offset {
            return
        }
        runs.append(PlacedText.Run(offset: offset, line: line, column: column))
    }

    /// Characters of the escape at the current place (YAML 1.2 §5.7).
    private var escapeLength: Int {
        guard index + 1 < source.count else { return 1 }
        return switch source[index + 1] {
        case "x": 4
        case "u": 6
        case "U": 10
        default: 2
        }
    }
}
