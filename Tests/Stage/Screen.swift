import Foundation

/// Text for a person at a terminal of 80 columns; colour only there.
package struct Screen: Sendable {
    /// ANSI styles by meaning.
    package enum Style: String, Sendable {
        case bold = "1"
        case dim = "2"
        case good = "32"
        case bad = "31"
        case note = "33"
        case name = "36"
    }

    package let usesColour: Bool

    /// Looks at standard output and at `NO_COLOR` and `CLICOLOR_FORCE`.
    package init() {
        let environment = ProcessInfo.processInfo.environment
        let target =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/1")) ?? ""
        let isTerminal =
            target.hasPrefix("/dev/pts") || target.hasPrefix("/dev/tty") || target == "/dev/console"
        let isForbidden = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        usesColour = environment["CLICOLOR_FORCE"] == "1" || isTerminal && !isForbidden
    }

    /// The text in a style, or as it is.
    package func styled(_ text: String, _ style: Style) -> String {
        usesColour ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
    }

    /// Lines of a table: first column left, the others right, widths as needed.
    package static func table(_ rows: [[String]], indent: Int = 4) -> String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        let lines = rows.map { row in
            let cells = row.enumerated().map { column, text in
                let fill = String(repeating: " ", count: widths[column] - text.count)
                return column == 0 ? text + fill : fill + text
            }
            return String(repeating: " ", count: indent) + cells.joined(separator: "   ")
        }
        return lines.map { $0.trimmingSuffix(while: \.isWhitespace) }.joined(separator: "\n")
    }

    /// A bar of `value` out of `total`, at most `width` columns.
    package static func bar(_ value: Double, of total: Double, width: Int = 24) -> String {
        guard total > 0, value > 0 else { return "" }
        return String(repeating: "▇", count: max(1, Int((value / total * Double(width)).rounded())))
    }
}

extension String {
    fileprivate func trimmingSuffix(while condition: (Character) -> Bool) -> String {
        String(self[..<(lastIndex { !condition($0) }.map(index(after:)) ?? startIndex)])
    }
}
