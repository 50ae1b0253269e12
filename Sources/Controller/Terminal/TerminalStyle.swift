package import Planning

/// Turns meanings into colours of a terminal, or into nothing.
package struct TerminalStyle: Hashable, Sendable {
    package let hasColor: Bool

    package init(hasColor: Bool) { self.hasColor = hasColor }

    /// One line, with SGR sequences (ECMA-48 §8.3.117) where it has colour.
    package func render(_ line: StyledText) -> String {
        guard hasColor else { return line.plain }
        return line.runs.map { run in
            guard let code = Self.code(of: run.role) else { return run.text }
            return "\u{1b}[\(code)m\(run.text)\u{1b}[0m"
        }.joined()
    }

    /// Several lines, each ended by a newline.
    package func render(_ lines: [StyledText]) -> String {
        lines.map { render($0) + "\n" }.joined()
    }

    // The sixteen colours every theme defines; faint and bold adapt to light and dark by themselves.
    private static func code(of role: StyledText.Role) -> String? {
        switch role {
        case .plain: nil
        case .strong: "1"
        case .faint: "2"
        case .added: "32"
        case .changed: "33"
        case .removed: "31"
        case .note: "36"
        case .good: "1;32"
        case .warning: "1;33"
        case .error: "1;31"
        }
    }
}

/// When output has colour: `--color`.
package enum ColorMode: String, Hashable, Sendable, CaseIterable {
    case auto, always, never

    /// Decides for one stream: the option, then NO_COLOR, CLICOLOR_FORCE and TERM=dumb, then the terminal.
    ///
    /// `NO_COLOR` counts when it is not empty (no-color.org), `CLICOLOR_FORCE` when it is not `0`.
    package func hasColor(onTerminal isTerminal: Bool, environment: [String: String]) -> Bool {
        switch self {
        case .always: return true
        case .never: return false
        case .auto: break
        }
        if environment["NO_COLOR"]?.isEmpty == false { return false }
        if let force = environment["CLICOLOR_FORCE"], !force.isEmpty, force != "0" { return true }
        return isTerminal && environment["TERM"] != "dumb"
    }
}
