import CTerminal
package import Planning
import SystemPackage

/// Where a command reads and writes; data and messages never share a stream.
package struct Console: Sendable {
    /// Data: what a pipe should get.
    package let out: @Sendable (String) -> Void
    /// Progress and diagnostics.
    package let err: @Sendable (String) -> Void
    /// One line typed by a person; nil at the end of input.
    package let ask: @Sendable () -> String?
    package let outStyle: TerminalStyle
    package let errStyle: TerminalStyle
    /// Of the data stream's terminal; 100 where there is none.
    package let columns: Int
    /// Data goes to a terminal, so what is shown there can be shown anew in its place.
    package let outIsTerminal: Bool
    /// Messages go to a terminal, so a progress bar can be drawn and redrawn.
    package let errIsTerminal: Bool
    /// Somebody can answer a question.
    package let isInteractive: Bool

    /// A console of closures, for tests.
    package init(
        out: @escaping @Sendable (String) -> Void,
        err: @escaping @Sendable (String) -> Void,
        ask: (@Sendable () -> String?)? = nil,
        columns: Int = 100,
        errIsTerminal: Bool = false
    ) {
        self.out = out
        self.err = err
        self.ask = ask ?? { nil }
        self.columns = columns
        outStyle = TerminalStyle(hasColor: false)
        errStyle = TerminalStyle(hasColor: false)
        outIsTerminal = false
        self.errIsTerminal = errIsTerminal
        isInteractive = ask != nil
    }

    /// The process's own streams.
    package init(color: ColorMode, environment: [String: String]) {
        let outColumns = Int(apus_terminal_columns(FileDescriptor.standardOutput.rawValue))
        let errColumns = Int(apus_terminal_columns(FileDescriptor.standardError.rawValue))
        let inColumns = apus_terminal_columns(FileDescriptor.standardInput.rawValue)
        // A reader that went away (`| head`) is no reason to fail.
        out = { text in _ = try? FileDescriptor.standardOutput.writeAll(text.utf8) }
        err = { text in _ = try? FileDescriptor.standardError.writeAll(text.utf8) }
        ask = { readLine() }
        columns = environment["COLUMNS"].flatMap { Int($0) } ?? (outColumns > 0 ? outColumns : 100)
        outStyle = TerminalStyle(
            hasColor: color.hasColor(onTerminal: outColumns > 0, environment: environment)
        )
        errStyle = TerminalStyle(
            hasColor: color.hasColor(onTerminal: errColumns > 0, environment: environment)
        )
        outIsTerminal = outColumns > 0 && environment["TERM"] != "dumb"
        errIsTerminal = errColumns > 0 && environment["TERM"] != "dumb"
        isInteractive = inColumns > 0 && errColumns > 0
    }

    /// Prints data.
    package func show(_ lines: [StyledText]) { out(outStyle.render(lines)) }

    /// Prints messages.
    package func tell(_ lines: [StyledText]) { err(errStyle.render(lines)) }

    /// Prints one message.
    package func tell(_ text: String, _ role: StyledText.Role = .plain) {
        tell([StyledText(text, role)])
    }

    /// Prints `error: …` with what follows a line break indented.
    package func fail(_ message: String) {
        var lines: [StyledText] = []
        for part in message.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = lines.isEmpty ? StyledText("error: ", .error) : StyledText("       ")
            line.append(String(part))
            lines.append(line)
        }
        tell(lines)
    }
}
