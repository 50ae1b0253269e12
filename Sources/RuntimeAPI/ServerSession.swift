package import Model

/// The server's end of one Runtime API connection, without I/O: bytes in, actions out.
///
/// Pull `next()` until nil. After `.execute` nothing more comes until `finish` gave the reply, so
/// commands of one connection run one after the other while further input queues up to a bound.
/// Modes, prompts and limits are those of HAProxy 3.2 (management.txt §9.3).
package struct ServerSession: Sendable {
    /// What the owner of the connection does next.
    package enum Action: Hashable, Sendable {
        /// Run it (its level is already checked) and pass the reply to `finish`.
        case execute(RuntimeCommand, payload: String?)
        /// Send these bytes.
        case reply([UInt8])
        /// Close once everything sent is flushed; nothing follows.
        case close
    }

    /// Bounds of one session.
    package struct Limits: Hashable, Sendable {
        /// `tune.bufsize`: one line with its payload, in bytes.
        package var command = 16_384
        /// Arguments of one command.
        package var arguments = 64
        /// `stats timeout`: how long a client may stay silent.
        package var idleTimeout = Milliseconds(10_000)

        package init() {}
    }

    private enum State {
        /// Ready for the next command.
        case idle
        /// A command was handed out; its reply is due.
        case executing
        case closing
        case closed
    }

    /// A command whose payload is still coming; those before it on the line run first.
    private struct OpenPayload {
        let words: [String]
        let mark: [UInt8]
        var text: [UInt8] = []
    }

    /// How long the client may stay silent; `set timeout cli` changes it.
    package private(set) var idleTimeout: Milliseconds
    /// What the session may do; `operator` and `user` lower it for good.
    package private(set) var level: AccessLevel

    private let limits: Limits
    private var state = State.idle
    private var mode = PromptMode.none
    /// The prompt shows `uptime`.
    private var isTimed = false
    /// How long the process has been running, as far as the owner has said.
    package var uptime = Milliseconds(0)
    private var severityOutput = SeverityOutput.none
    private var modes: Set<SessionMode> = []
    private var input = InputBuffer()
    private var hasEnded = false
    /// Commands of the current line that are not yet done, the next one last.
    private var commands: [[String]] = []
    private var isInLine = false
    private var openPayload: OpenPayload?
    private var payload: String?
    /// Between an accepted `begin` and its end the owner hears of commands that make no sense, too.
    private var isInTransaction = false
    private var isBeginning = false

    package init(level: AccessLevel, limits: Limits = Limits()) {
        self.level = level
        self.limits = limits
        idleTimeout = limits.idleTimeout
    }

    /// More input is welcome; when false, stop reading until `next()` has been pulled dry.
    package var wantsInput: Bool {
        !hasEnded && state != .closed && input.count <= 16 * limits.command
    }

    /// Takes what the client sent.
    package mutating func receive(_ bytes: some Collection<UInt8>) {
        if state == .idle || state == .executing { input.append(bytes) }
    }

    /// The client closed its side: whole lines it sent are still answered.
    package mutating func receiveEnd() { hasEnded = true }

    /// The next thing to do, nil until more input or a reply comes.
    package mutating func next() -> Action? {
        while true {
            switch state {
            case .executing, .closed: return nil
            case .closing:
                state = .closed
                return .close
            case .idle: break
            }
            if isInLine {
                if let action = startCommand() { return action }
            } else if let line = input.takeLine() {
                if let action = accept(line) { return action }
            } else if input.count + (openPayload?.text.count ?? 0) > limits.command {
                return refuseTooBig()
            } else if hasEnded {
                state = .closing
            } else {
                return nil
            }
        }
    }

    /// Frames the reply to the command handed out last.
    package mutating func finish(_ reply: RuntimeReply) -> [UInt8] {
        precondition(state == .executing, "finish() answers exactly one execute")
        state = .idle
        if isBeginning {
            isBeginning = false
            isInTransaction = reply.severity != .error
        }
        return framed(reply)
    }

    private mutating func accept(_ line: ArraySlice<UInt8>) -> Action? {
        if openPayload != nil { return acceptPayload(line) }
        guard line.count < limits.command else { return refuseTooBig() }
        let parsed = CommandLine(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        commands = parsed.commands.reversed()
        payload = nil
        isInLine = true
        if let mark = parsed.payloadMark {
            openPayload = OpenPayload(words: commands.removeFirst(), mark: mark)
        }
        return nil
    }

    /// Payload lines take no escapes; the first line equal to the mark ends them.
    private mutating func acceptPayload(_ line: ArraySlice<UInt8>) -> Action? {
        guard var open = openPayload else { return nil }
        if line.elementsEqual(open.mark) {
            payload = String(decoding: open.text, as: UTF8.self)
            openPayload = nil
            commands = [open.words]
            isInLine = true
            return nil
        }
        open.text += line
        open.text.append(UInt8(ascii: "\n"))
        guard open.text.count < limits.command else { return refuseTooBig() }
        openPayload = open
        return payloadPrompt
    }

    private var payloadPrompt: Action? { mode == .prompt ? .reply(Array("+ ".utf8)) : nil }

    private mutating func refuseTooBig() -> Action {
        state = .closing
        let text = """
            The command is too big for the buffer size. Please change tune.bufsize in the \
            configuration to use a bigger command.

            """
        return .reply(severityPrefix(.error) + text.utf8)
    }

    private func severityPrefix(_ severity: RuntimeReply.Severity) -> [UInt8] {
        switch severityOutput {
        case .none: []
        case .number: Array("[\(severity.rawValue)]: ".utf8)
        case .string: Array("[\(severity.name)]: ".utf8)
        }
    }

    /// Starts the next command of the line, or ends the line when there is none left.
    private mutating func startCommand() -> Action? {
        guard let words = commands.popLast() else {
            isInLine = false
            if openPayload != nil { return payloadPrompt }
            if mode == .none { state = .closing }
            return nil
        }
        guard !words.isEmpty else { return .reply(terminator) }
        guard words.count <= limits.arguments else {
            let text =
                "Too many arguments. Commands must have at most \(limits.arguments) arguments."
            return refuse(words, RuntimeReply(severity: .error, text: text))
        }
        do throws(RuntimeSyntaxError) {
            return run(
                try RuntimeCommand.parse(
                    words,
                    hasPayload: payload != nil,
                    level: level,
                    modes: modes
                )
            )
        } catch {
            return refuse(words, error.reply)
        }
    }

    private mutating func refuse(_ words: [String], _ reply: RuntimeReply) -> Action {
        guard isInTransaction else { return .reply(framed(reply)) }
        state = .executing
        let invalid = InvalidCommand(words: words, subject: .nothing, reply: reply)
        return .execute(.invalid(invalid), payload: nil)
    }

    private mutating func run(_ command: RuntimeCommand) -> Action? {
        var reply = RuntimeReply()
        switch command {
        case .prompt(let mode, true):
            self.mode = mode ?? .prompt
            isTimed.toggle()
        case .prompt(let mode, false):
            self.mode = mode ?? (self.mode == .prompt ? .none : .prompt)
        case .setSeverityOutput(let output, let isSilent):
            severityOutput = output
            if isSilent { return .reply([]) }
        case .setMode(let mode, let word):
            switch word {
            case nil:
                let state = modes.contains(mode) ? "ON" : "OFF"
                reply = RuntimeReply(severity: .info, text: "\(mode.rawValue) is \(state)")
            case "on": modes.insert(mode)
            default: modes.remove(mode)
            }
        case .setTimeout(let timeout): idleTimeout = timeout
        case .lowerLevel(let level): self.level = min(self.level, level)
        case .showCLILevel: reply = RuntimeReply(severity: .info, text: "\(level)")
        case .help(let words):
            reply = RuntimeReply(severity: .info, text: CommandKeyword.help(matching: words))
        case .echo(let text): reply = RuntimeReply(text: text)
        case .quit:
            state = .closing
            return nil
        default:
            if case .begin = command { isBeginning = !isInTransaction }
            if command == .commit || command == .rollback { isInTransaction = false }
            state = .executing
            return .execute(command, payload: payload)
        }
        return .reply(framed(reply))
    }

    private var terminator: [UInt8] {
        guard mode == .prompt else { return [UInt8(ascii: "\n")] }
        return Array((isTimed ? "\n[\(Self.clock(uptime))]> " : "\n> ").utf8)
    }

    /// Days, hours, minutes and seconds.
    private static func clock(_ time: Milliseconds) -> String {
        let seconds = time.count / 1000
        let parts = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60]
        return "\(seconds / 86_400)"
            + parts.map { $0 < 10 ? ":0\($0)" : ":\($0)" }.joined()
    }

    /// Severity prefix, text with exactly one end of line, then what separates replies in this mode.
    private func framed(_ reply: RuntimeReply) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(reply.text.utf8.count + 16)
        if let severity = reply.severity, !reply.text.isEmpty { bytes += severityPrefix(severity) }
        bytes += reply.text.utf8
        if let last = bytes.last, last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
        bytes += terminator
        return bytes
    }
}

extension RuntimeReply.Severity {
    /// What `set severity-output string` prints.
    var name: String {
        switch self {
        case .alert: "alert"
        case .critical: "crit"
        case .error: "err"
        case .warning: "warning"
        case .notice: "notice"
        case .info: "info"
        case .debug: "debug"
        }
    }
}
