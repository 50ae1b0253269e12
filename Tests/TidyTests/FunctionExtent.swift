/// A function with a body, as far as braces tell.
struct FunctionExtent: Equatable {
    /// `func name`, `init`, `deinit` or `subscript`.
    let name: String
    /// Zero-based line of its keyword.
    let line: Int
    /// Lines from the keyword to the closing brace, both included.
    let lineCount: Int

    /// Every function of a file whose comments and strings are blanked out.
    ///
    /// `rows` are those that hold a keyword, when the caller knows them.
    static func all(in codeLines: [String], rows: [Int]? = nil) -> [FunctionExtent] {
        var found: [FunctionExtent] = []
        for index in rows ?? Array(codeLines.indices) {
            let line = codeLines[index]
            guard
                let start = line.firstMatch(
                    of: #/(?:^|[^.\w`])(func\s+[^\s(<]+|init[?]?\s*[(<]|deinit\b|subscript\b)/#
                ),
                let end = endOfBody(from: index, column: start.range.upperBound, in: codeLines)
            else { continue }
            let name = start.output.1.prefix { $0 != "(" && $0 != "<" && $0 != "?" }
            found.append(
                FunctionExtent(name: String(name), line: index, lineCount: end - index + 1)
            )
        }
        return found
    }

    /// The line of the brace that ends the body, or nil for a requirement without one.
    private static func endOfBody(from first: Int, column: String.Index, in lines: [String]) -> Int?
    {
        var parentheses = lines[first][..<column].last == "(" ? 1 : 0
        var braces = 0
        var rest = lines[first][column...]
        var index = first
        while true {
            for character in rest {
                switch character {
                case "(", "[": parentheses += 1
                case ")", "]": parentheses -= 1
                case "{": braces += 1
                case "}":
                    braces -= 1
                    if braces < 0 { return nil }
                    if braces == 0, parentheses == 0 { return index }
                default: break
                }
            }
            index += 1
            guard index < lines.count else { return nil }
            rest = lines[index][...]
            if braces == 0, parentheses == 0, startsDeclaration(rest) { return nil }
        }
    }

    private static func startsDeclaration(_ line: Substring) -> Bool {
        let text = line.drop(while: \.isWhitespace)
        return text.isEmpty || text.first == "@"
            || [
                "package", "private", "static", "mutating", "func", "var", "let", "init", "case",
                "associatedtype",
            ]
            .contains(String(text.prefix(while: \.isLetter)))
    }
}
