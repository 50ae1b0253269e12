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
        let starts = Self.lineStarts(of: file)
        guard starts.indices.contains(origin.line - 1) else { return nil }
        self.init(beginning: file[starts[origin.line - 1]...], at: origin)
    }

    /// Where each line begins, with the line breaks that YAML 1.1 knows.
    static func lineStarts(of file: String) -> [String.Index] {
        var starts = [file.startIndex]
        let bytes = file.utf8
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            let next = bytes.index(after: index)
            let isReturn = byte == 13 && (next == bytes.endIndex || bytes[next] != 10)
            if byte == 10 || isReturn || isWideBreak(endingAt: index, in: bytes) {
                starts.append(next)
            }
            index = next
        }
        return starts
    }

    /// The last byte of NEL (C2 85), LS or PS (E2 80 A8, E2 80 A9).
    private static func isWideBreak(endingAt index: String.Index, in bytes: String.UTF8View) -> Bool
    {
        let byte = bytes[index]
        guard byte == 0x85 || byte == 0xa8 || byte == 0xa9, index > bytes.startIndex else {
            return false
        }
        let before = bytes.index(before: index)
        if byte == 0x85 { return bytes[before] == 0xc2 }
        return bytes[before] == 0x80 && before > bytes.startIndex
            && bytes[bytes.index(before: before)] == 0xe2
    }

    /// `rest` begins with the line.
    init(beginning rest: Substring, at origin: Origin) {
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
