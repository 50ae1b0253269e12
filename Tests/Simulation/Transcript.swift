/// What was said on Runtime API connections, as a text that people can read and tests compare.
///
/// `> ` begins what was sent, `< ` a received line, `<~` received bytes without end of line, and `<.`
/// says that the proxy closed.
package struct Transcript: Hashable, Sendable {
    /// One exchange.
    package struct Step: Hashable, Sendable {
        /// Every line ends in a line feed.
        package var sent: String
        package var received: String
        package var isClosed: Bool

        package init(sent: String, received: String, isClosed: Bool) {
            self.sent = sent
            self.received = received
            self.isClosed = isClosed
        }
    }

    package var steps: [Step]

    package init(steps: [Step] = []) { self.steps = steps }

    /// The transcript as it is stored.
    package var text: String { steps.map(Self.text(of:)).joined(separator: "\n") }

    private static func text(of step: Step) -> String {
        var lines = step.sent.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            .map { "> \($0)" }
        let received = step.received.split(separator: "\n", omittingEmptySubsequences: false)
        lines += received.dropLast().map { $0.isEmpty ? "<" : "< \($0)" }
        if let rest = received.last, !rest.isEmpty { lines.append("<~\(rest)") }
        if step.isClosed { lines.append("<.") }
        return lines.map { "\($0)\n" }.joined()
    }

    /// Reads what `text` wrote; lines that begin otherwise are ignored.
    package init(parsing text: String) {
        steps = []
        var isSending = false
        for line in text.split(separator: "\n") {
            if line.hasPrefix(">") {
                if !isSending { steps.append(Step(sent: "", received: "", isClosed: false)) }
                steps[steps.count - 1].sent += line.dropFirst(2) + "\n"
            } else if line.hasPrefix("<"), !steps.isEmpty {
                steps[steps.count - 1].read(line.dropFirst())
            }
            isSending = line.hasPrefix(">")
        }
    }
}

extension Transcript.Step {
    fileprivate mutating func read(_ mark: Substring) {
        switch mark.first {
        case ".": isClosed = true
        case "~": received += mark.dropFirst()
        default: received += mark.dropFirst() + "\n"
        }
    }
}

/// A script of what to send: `$ ` begins a step, the lines up to the next one belong to it.
package struct TranscriptScript: Hashable, Sendable {
    /// Each with every line feed.
    package let steps: [String]
    /// The first HAProxy release that can play it, `since 3.0`; empty for any.
    package let since: String
    /// Played with a connection for each step only: the steps change the mode themselves.
    package let isOneConnectionEach: Bool

    /// Reads a script; lines that begin with `# ` are comments or, alone, say what is needed.
    package init(parsing text: String) {
        var steps: [String] = []
        var since = ""
        var isOneConnectionEach = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if line.hasPrefix("$ ") {
                steps.append("\(line.dropFirst(2))\n")
            } else if line.hasPrefix("# ") {
                if line.hasPrefix("# since ") { since = String(line.dropFirst(8)) }
                if line == "# one connection each" { isOneConnectionEach = true }
            } else if !steps.isEmpty {
                steps[steps.count - 1] += "\(line)\n"
            }
        }
        self.steps = steps
        self.since = since
        self.isOneConnectionEach = isOneConnectionEach
    }
}
