package import Model

/// One line of a file as it can be shown: control characters visible, long lines cut around the column.
package struct Excerpt: Hashable, Sendable, CustomStringConvertible {
    /// Counted from 1.
    package let line: Int
    /// The text of the line, safe to print.
    package let text: String
    /// Where the caret stands in `text`, counted from 0.
    package let caret: Int

    /// Nil when the file has no such line.
    package init?(of file: String, at origin: Origin) {
        guard origin.line > 0 else { return nil }
        var rest = Substring(file)
        for _ in 1..<origin.line {
            guard let end = rest.firstIndex(where: \.isNewline) else { return nil }
            rest = rest[rest.index(after: end)...]
        }
        let whole = rest.prefix { !$0.isNewline }.unicodeScalars
        let before = max(0, min(origin.column - 1, whole.count))
        let cut = max(0, before - 80)
        let head = VisibleText.escape(whole.dropFirst(cut).prefix(before - cut))
        let tail = VisibleText.escape(whole.dropFirst(before).prefix(120))
        line = origin.line
        text = (cut > 0 ? "…" : "") + head + tail
        caret = head.count + (cut > 0 ? 1 : 0)
    }

    /// Two lines: the text behind its number, and a caret under the column.
    package var description: String {
        let number = String(line)
        let margin = String(repeating: " ", count: number.count)
        return "\(number) | \(text)\n\(margin) | \(String(repeating: " ", count: caret))^"
    }
}
