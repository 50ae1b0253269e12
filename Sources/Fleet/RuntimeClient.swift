package import Model
package import RuntimeAPI

/// One session with one proxy: batches of commands out, their replies back, in order, with a deadline.
///
/// After the first failure the connection is closed for good, so a late reply can never be taken for the
/// reply to a newer command. Used by one task at a time.
package final class RuntimeClient {
    /// A command and its payload, if it has one.
    package typealias Command = (RuntimeCommand, payload: String?)

    /// The replies that came, in the order of the commands, and why the rest did not.
    package struct Replies {
        package var answered: [RuntimeReply] = []
        package var failure: FleetError?
    }

    package let target: ProxyTarget
    package let limits: FleetLimits
    package private(set) var incarnation = Incarnation(pid: 0, startTime: 0)
    package private(set) var capabilities = ProxyCapabilities(
        program: .haproxy,
        version: ProxyVersion(2, 6)
    )

    /// The digest of everything, where the proxy is the process that is remembered.
    private(set) var digest: UInt64?

    private let connection: any RuntimeConnection
    private let clock: any Clock<Duration>
    private let tried: String
    private var exchange = ClientExchange(mode: .prompt)
    private var failure: FleetError?
    /// Replies to batches that nobody has asked about yet.
    private var surplus: [RuntimeReply] = []

    private init(
        _ target: ProxyTarget,
        _ connection: any RuntimeConnection,
        clock: any Clock<Duration>,
        limits: FleetLimits,
        tried: String
    ) {
        self.target = target
        self.connection = connection
        self.clock = clock
        self.limits = limits
        self.tried = tried
    }

    /// Connects and asks who is there; `tried` says in errors what it is for.
    ///
    /// Uses `prompt` on every version: it frames replies of any content, and what a proxy speaks is only
    /// known after the first answer. A process that is remembered tells its digest at once.
    package static func open(
        _ target: ProxyTarget,
        over transport: any RuntimeTransport,
        clock: any Clock<Duration>,
        limits: FleetLimits,
        tried: String,
        memory: ObservationMemory? = nil
    ) async throws(FleetError) -> RuntimeClient {
        let connection: any RuntimeConnection
        do {
            connection = try await transport.connect(to: target.runtime, within: limits.connect)
        } catch {
            throw FleetError(error, limit: limits.connect, on: target, tried: tried)
        }
        let client = RuntimeClient(target, connection, clock: clock, limits: limits, tried: tried)
        do {
            try await client.identify(memory)
        } catch {
            await client.close()
            throw error
        }
        return client
    }

    /// Sends a batch and reads its replies; never throws away replies that came before a failure.
    package func exchange(_ commands: [Command]) async -> Replies {
        await post(commands)
        return await collect(commands.count)
    }

    /// Sends a batch before the replies to the one before it have come; each takes a `collect`, in order.
    package func post(_ commands: [Command]) async {
        await post(commands, greeting: [])
    }

    /// Reads as many replies; says by its failure also what went wrong when their commands were sent.
    package func collect(_ count: Int) async -> Replies {
        var replies = Replies()
        replies.answered = Array(surplus.prefix(count))
        surplus.removeFirst(replies.answered.count)
        guard replies.answered.count < count else { return replies }
        if let failure {
            replies.failure = failure
            return replies
        }
        let deadline = Deadline(after: limits.batchReplies, on: clock)
        do {
            while replies.answered.count < count {
                try await receive(&replies, upTo: count, before: deadline)
            }
        } catch {
            replies.failure = await fail(error, answered: replies.answered.count, of: count)
        }
        return replies
    }

    /// Reads as many replies; throws if any is missing.
    package func collected(_ count: Int) async throws(FleetError) -> [RuntimeReply] {
        let replies = await collect(count)
        if let failure = replies.failure { throw failure }
        return replies.answered
    }

    /// Sends a batch; throws if any reply is missing.
    package func replies(to commands: [Command]) async throws(FleetError) -> [RuntimeReply] {
        let replies = await exchange(commands)
        if let failure = replies.failure { throw failure }
        return replies.answered
    }

    /// Ends the session; may be called more than once.
    package func close() async {
        if failure == nil { failure = error(.cancelled) }
        await connection.close()
    }

    /// An error on this proxy.
    package func error(_ cause: FleetError.Cause) -> FleetError {
        FleetError(cause, on: target, tried: tried)
    }

    private func identify(_ memory: ObservationMemory?) async throws(FleetError) {
        let known = memory?.known(target.name)
        let second: RuntimeCommand = known == nil ? .help([]) : .showStateDigest(proxy: "-")
        let questions: [Command] = [(.showInfo(.plain), payload: nil), (second, payload: nil)]
        await post(questions, greeting: exchange.open())
        let replies = await collect(questions.count)
        if let failure = replies.failure { throw failure }
        let info: InfoTable
        do {
            info = try InfoTable.parse(replies.answered.first?.text ?? "")
        } catch {
            throw self.error(.unreadable("\(error)"))
        }
        guard let incarnation = info.incarnation, var capabilities = ProxyCapabilities(info) else {
            throw error(.unreadable("`show info` names no pid or no version"))
        }
        guard !info.isStopping else { throw error(.stopping) }
        self.incarnation = incarnation
        var help = replies.answered.last?.text ?? ""
        if let known {
            if known.observed.incarnation == incarnation,
                let digest = try? StateDigestTable.parse(help).total
            {
                self.digest = digest
                self.capabilities = known.observed.capabilities
                return
            }
            memory?.remember(nil, of: target.name)
            help = try await self.replies(to: [(.help([]), payload: nil)]).first?.text ?? ""
        }
        if let memory {
            capabilities.commands = memory.commands(in: help) {
                capabilities.read(help: help)
                return capabilities.commands
            }
        } else {
            capabilities.read(help: help)
        }
        self.capabilities = capabilities
    }

    private func post(_ commands: [Command], greeting: [UInt8]) async {
        guard failure == nil else { return }
        do {
            try await connection.send(greeting + exchange.send(commands), within: limits.reply)
        } catch {
            _ = await fail(error, answered: 0, of: commands.count)
        }
    }

    private func receive(
        _ replies: inout Replies,
        upTo count: Int,
        before deadline: Deadline
    ) async throws {
        let left = deadline.remaining()
        guard left > .zero else { throw TransportError.timedOut }
        let chunk = try await connection.receive(within: min(left, limits.reply))
        let new = try chunk.isEmpty ? exchange.receiveEnd() : exchange.receive(chunk)
        let wanted = count - replies.answered.count
        replies.answered += new.prefix(wanted)
        surplus += new.dropFirst(wanted)
        if chunk.isEmpty, replies.answered.count < count { throw TransportError.reset }
    }

    private func fail(_ error: any Error, answered: Int, of sent: Int) async -> FleetError {
        let cause: FleetError.Cause =
            switch error {
            case TransportError.timedOut: .hanging(limits.reply)
            case TransportError.failed(let words): .unreachable(words)
            case is TransportError, FramingError.truncated: .cut(answered: answered, sent: sent)
            default: .unreadable("\(error)")
            }
        let failure = self.error(cause)
        self.failure = failure
        await connection.close()
        return failure
    }
}

extension ProxyCapabilities {
    /// What `show info` tells; nil without a version.
    init?(_ info: InfoTable) {
        guard let version = info.version else { return nil }
        let program = info["Name"].flatMap { Program(rawValue: $0) } ?? .haproxy
        let features = info["Features"]?.split { $0 == "," || $0 == " " }.map(String.init) ?? []
        self.init(program: program, version: version, features: Set(features))
    }

    /// Notes which commands `help` lists; an empty answer, or one that lists none at all, says nothing.
    mutating func read(help: String) {
        guard help.contains("show info") else { return }
        var found: Set<OptionalCommand> = []
        for line in help.utf8.split(separator: UInt8(ascii: "\n")) {
            let words = line.drop { $0 == UInt8(ascii: " ") }
            for command in OptionalCommand.allCases where words.starts(with: command.rawValue.utf8)
            {
                let next = words.dropFirst(command.rawValue.utf8.count).first
                if next.map({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ":") }) ?? true {
                    found.insert(command)
                }
            }
        }
        commands = found
    }
}

extension FleetError {
    /// A connection that did not come about.
    init(_ error: TransportError, limit: Duration, on target: ProxyTarget, tried: String) {
        let cause: Cause =
            switch error {
            case .absent: .absent
            case .refused: .refused
            case .permissionDenied: .permissionDenied
            case .timedOut: .hanging(limit)
            case .reset: .cut(answered: 0, sent: 0)
            case .failed(let words): .unreachable(words)
            }
        self.init(cause, on: target, tried: tried)
    }
}
