/// The client's end of one Runtime API connection, without I/O: pairs every command with its reply.
///
/// Send the bytes of `open()` first, then those of `send`, which may pipeline any number of commands;
/// feed what arrives to `receive`. After an error the connection is of no further use.
package struct ClientExchange: Sendable {
    /// How the proxy marks the end of a reply.
    package enum Mode: Hashable, Sendable {
        /// One line a connection; the proxy closes after it (any version).
        case oneShot
        /// `prompt`: replies end in `\n> ` (2.6–3.1).
        case prompt
        /// `prompt i`: replies end in an empty line (3.2, apus-proxy).
        case interactive
    }

    /// A reply that is due.
    private struct Expected {
        var isGreeting = false
        /// Lines of the payload that went with the command; each may bring a `+ ` in prompt mode.
        var payloadLines = 0
        /// The reply may hold empty lines, so an `echo` follows it and marks its end.
        var isMarked = false
    }

    package let mode: Mode

    private let replyLimit: Int
    private var bytes: [UInt8] = []
    /// Where the current reply begins, and how far its end has been sought.
    private var start = 0
    private var searched = 0
    private var expected: [Expected] = []
    /// How many of `expected` are answered.
    private var answered = 0
    private var sent = 0

    private static let mark = "apus-end-of-reply"

    /// `replyLimit` bounds one reply, in bytes.
    package init(mode: Mode, replyLimit: Int = 256 << 20) {
        self.mode = mode
        self.replyLimit = replyLimit
    }

    /// The bytes that put a new connection into this mode, severity numbers included; their replies are swallowed.
    package mutating func open() -> [UInt8] {
        let greeting =
            switch mode {
            case .oneShot: "set severity-output number;"
            case .prompt: "prompt\nset severity-output number\n"
            case .interactive: "prompt i\nset severity-output number\n"
            }
        let count = mode == .oneShot ? 1 : 2
        expected += Array(repeating: Expected(isGreeting: true), count: count)
        return Array(greeting.utf8)
    }

    /// The bytes of these commands.
    ///
    /// A payload must not hold an empty line; in one-shot mode there is one `send`, and only its last
    /// command may have a payload.
    package mutating func send(_ commands: [(RuntimeCommand, payload: String?)]) -> [UInt8] {
        var out: [UInt8] = []
        for (index, (command, payload)) in commands.enumerated() {
            out += command.text.utf8
            var reply = Expected()
            if let payload {
                precondition(
                    mode != .oneShot || index == commands.count - 1,
                    "a payload ends the line"
                )
                reply.payloadLines = Self.append(payload, to: &out)
            } else {
                out.append(
                    UInt8(ascii: mode == .oneShot && index < commands.count - 1 ? ";" : "\n")
                )
            }
            if mode == .interactive, payload == nil, command.mayHoldEmptyLines {
                reply.isMarked = true
                out += "echo \(Self.mark)\n".utf8
            }
            expected.append(reply)
        }
        sent += commands.count
        return out
    }

    /// Commands sent but not yet answered.
    package var pending: Int {
        expected[answered...].reduce(0) { $0 + ($1.isGreeting ? 0 : 1) }
    }

    /// Replies completed by these bytes, in the order of the commands.
    package mutating func receive(
        _ more: some Collection<UInt8>
    ) throws(FramingError) -> [RuntimeReply] {
        compact()
        bytes.append(contentsOf: more)
        guard mode != .oneShot else {
            try checkLimit()
            return []
        }
        var replies: [RuntimeReply] = []
        while answered < expected.count {
            try checkGreeting()
            guard let end = findEnd(of: expected[answered]) else { break }
            if let reply = try take(start..<end.text, for: expected[answered]) {
                replies.append(reply)
            }
            start = end.next
            searched = start
            answered += 1
        }
        if answered == expected.count, start < bytes.count {
            throw .unexpected(
                "the proxy sent something nobody asked for: \(excerpt(start..<bytes.count))"
            )
        }
        try checkLimit()
        return replies
    }

    /// The proxy closed: the replies that this completes (one-shot), or `truncated`.
    package mutating func receiveEnd() throws(FramingError) -> [RuntimeReply] {
        guard mode == .oneShot else {
            guard answered == expected.count, start == bytes.count else {
                throw truncated(answered)
            }
            return []
        }
        return try takeOneShot()
    }

    /// A greeting is answered by nothing but the end of a reply; anything else would never end in this mode.
    private func checkGreeting() throws(FramingError) {
        guard expected[answered].isGreeting, start < bytes.count, bytes[start] != newline else {
            return
        }
        let text = excerpt(start..<bytes.count)
        throw .unexpected("the proxy does not speak this mode, it says: \(text)")
    }

    private mutating func takeOneShot() throws(FramingError) -> [RuntimeReply] {
        var replies: [RuntimeReply] = []
        while answered < expected.count {
            // The last reply goes on to the end: it may hold empty lines.
            let isLast = answered == expected.count - 1
            guard let end = isLast ? oneShotEnd : findEnd(of: expected[answered]) else {
                throw truncated(answered)
            }
            if let reply = try take(start..<end.text, for: expected[answered]) {
                replies.append(reply)
            }
            start = end.next
            searched = start
            answered += 1
        }
        return replies
    }

    /// After the empty line; 2.6 leaves it out after some errors, which have a severity and one line.
    private var oneShotEnd: (text: Int, next: Int)? {
        guard bytes.last == newline, start < bytes.count else { return nil }
        let reply = RuntimeReply(wire: bytes[start...])
        let isWholeError = reply.severity != nil && !reply.text.utf8.contains(newline)
        guard bytes.count - start == 1 || bytes[bytes.count - 2] == newline || isWholeError else {
            return nil
        }
        return (bytes.count - 1, bytes.count)
    }

    private func truncated(_ answered: Int) -> FramingError {
        let greetings = expected.prefix { $0.isGreeting }.count
        return .truncated(
            answered: max(0, answered - greetings),
            sent: sent,
            partial: excerpt(start..<bytes.count)
        )
    }

    /// Where the text of the reply ends and where the next one begins; remembers how far it looked.
    private mutating func findEnd(of reply: Expected) -> (text: Int, next: Int)? {
        if reply.isMarked { return findMark() }
        let separator = mode == .prompt ? 3 : 1
        let index = Self.separator(in: bytes.span, from: searched, start: start, length: separator)
        searched = index
        return index + separator > bytes.count ? nil : (index, index + separator)
    }

    /// The first separator, or where to go on looking.
    ///
    /// An empty line, or `\n> ` wherever it stands: 2.6 leaves the empty line out after some errors, and
    /// the prompts of payload lines come before the text.
    private static func separator(
        in bytes: Span<UInt8>,
        from first: Int,
        start: Int,
        length: Int
    ) -> Int {
        var index = first
        while index + length <= bytes.count {
            if bytes[index] == newline {
                let isEnd =
                    length == 1
                    ? index == start || bytes[index - 1] == newline
                    : bytes[index + 1] == UInt8(ascii: ">") && bytes[index + 2] == UInt8(ascii: " ")
                if isEnd { return index }
            }
            index += 1
        }
        return index
    }

    private mutating func findMark() -> (text: Int, next: Int)? {
        let mark = Array("\(Self.mark)\n\n".utf8)
        var index = searched
        while index + mark.count <= bytes.count {
            if bytes[index] == mark[0], index == start || bytes[index - 1] == newline,
                bytes[index..<index + mark.count].elementsEqual(mark)
            {
                return (max(start, index - 1), index + mark.count)
            }
            index += 1
        }
        searched = index
        return nil
    }

    /// Skips at most one `+ ` for each line of the payload and one for the line that announced it.
    private func startOfText(from start: Int, for reply: Expected) -> Int {
        guard mode == .prompt, reply.payloadLines > 0 else { return start }
        var index = start
        for _ in 0...reply.payloadLines {
            guard index + 2 <= bytes.count, bytes[index] == UInt8(ascii: "+"),
                bytes[index + 1] == UInt8(ascii: " ")
            else { break }
            index += 2
        }
        return index
    }

    private func take(_ range: Range<Int>, for reply: Expected) throws(FramingError)
        -> RuntimeReply?
    {
        guard range.count <= replyLimit else { throw .replyTooLong(limit: replyLimit) }
        let start = startOfText(from: range.lowerBound, for: reply)
        let taken = RuntimeReply(wire: bytes[start..<max(start, range.upperBound)])
        guard reply.isGreeting else { return taken }
        guard taken.text.isEmpty else {
            throw .unexpected(
                "the proxy does not speak this mode, it says: \(taken.text.prefix(200))"
            )
        }
        return nil
    }

    private func checkLimit() throws(FramingError) {
        if bytes.count - start > replyLimit { throw .replyTooLong(limit: replyLimit) }
    }

    private func excerpt(_ range: Range<Int>) -> String {
        String(decoding: bytes[range].prefix(200), as: UTF8.self)
    }

    private mutating func compact() {
        if answered == expected.count || answered > 1024 {
            expected.removeFirst(answered)
            answered = 0
        }
        guard start > 0, start == bytes.count || start > 65_536 && start > bytes.count / 2 else {
            return
        }
        bytes.removeSubrange(0..<start)
        searched -= start
        start = 0
    }

    private static func append(_ payload: String, to out: inout [UInt8]) -> Int {
        out += " <<\n".utf8
        let first = out.count
        out += payload.utf8
        if out.last != newline { out.append(newline) }
        let lines = out[first...].count { $0 == newline }
        out.append(newline)
        return lines
    }
}

private let newline = UInt8(ascii: "\n")

extension RuntimeReply {
    /// Reads `[N]: text` and drops the end of the last line.
    init(wire bytes: ArraySlice<UInt8>) {
        var rest = bytes.last == newline ? bytes.dropLast() : bytes
        var severity: Severity?
        let head = Array(rest.prefix(5))
        if head.count == 5, head[0] == UInt8(ascii: "["), head[2...].elementsEqual("]: ".utf8),
            let known = Severity(rawValue: Int(head[1]) - 48)
        {
            severity = known
            rest = rest.dropFirst(5)
        }
        self.init(severity: severity, text: String(decoding: rest, as: UTF8.self))
    }
}

extension RuntimeCommand {
    /// Its reply, or a complaint about it, may hold an empty line before its end.
    fileprivate var mayHoldEmptyLines: Bool {
        switch self {
        case .dumpStatsFile, .certificate(.delete), .certificate(.deleteFromList): true
        default: false
        }
    }
}
