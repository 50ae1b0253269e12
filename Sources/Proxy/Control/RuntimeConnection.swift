import Model
import RuntimeAPI

/// One Runtime API session with its socket: moves bytes between it and `ServerSession`.
struct RuntimeConnection {
    /// Unsent output above which no further command is carried out.
    private static let outputBound = 262_144

    private let descriptor: Descriptor
    private var session: ServerSession
    private var output: [UInt8] = []
    private var sent = 0
    private var lastActivity: Milliseconds
    private var isClosing = false
    private var isLost = false
    /// An edge said so and no read has found the socket drained since.
    var isReadable = true
    /// A `wait` whose answer is due later.
    private(set) var wait: PendingWait?
    /// The client may ask for listening sockets, and only as the first it says.
    private var mayTakeSockets: Bool
    /// The client asks for them.
    private(set) var wantsSockets = false

    init(
        _ descriptor: Descriptor,
        level: AccessLevel,
        exposesListeners: Bool = false,
        idleTimeout: Milliseconds,
        now: Milliseconds
    ) {
        self.descriptor = descriptor
        mayTakeSockets = exposesListeners
        var limits = ServerSession.Limits()
        limits.idleTimeout = idleTimeout
        session = ServerSession(level: level, limits: limits)
        lastActivity = now
    }

    /// Everything was answered and sent, or the client is gone.
    var isFinished: Bool { isLost || isClosing && unsent == 0 }
    private var unsent: Int { output.count - sent }
    private var mayExecute: Bool {
        wait == nil && unsent < Self.outputBound && !isClosing && !isLost
    }
    /// Unread input is there and nothing holds it up.
    var canGoOn: Bool { mayExecute && (isReadable || hasMore) }
    /// Commands were left unexecuted because the output was full.
    private var hasMore = false

    func isIdle(now: Milliseconds) -> Bool {
        (wait == nil || unsent >= Self.outputBound) && session.idleTimeout.count > 0
            && now.count - lastActivity.count > session.idleTimeout.count
    }

    func close() { descriptor.close() }

    /// Reads one buffer full, if the session wants input.
    ///
    /// A command that only the client ends takes whatever it says for that.
    mutating func read(through buffer: inout ScratchBuffer, now: Milliseconds) {
        let isEndless = wait?.isEndless == true
        guard isReadable, session.wantsInput, mayExecute || isEndless && !isLost else { return }
        buffer.clear()
        switch descriptor.receive(into: &buffer) {
        case .bytes:
            lastActivity = now
            let bytes = buffer.bytes.array
            wantsSockets = mayTakeSockets && bytes.elementsEqual(SocketHandover.question.utf8)
            mayTakeSockets = false
            if !wantsSockets { session.receive(bytes) }
            hasMore = true
            if isEndless { endWait() }
        case .wouldBlock: isReadable = false
        case .end:
            isReadable = false
            session.receiveEnd()
            hasMore = true
            if isEndless { endWait() }
        case .failed: isLost = true
        }
    }

    private mutating func endWait() {
        wait = nil
        output += session.finish(RuntimeReply())
    }

    /// Gives the listening sockets away; the session is over then.
    mutating func give(_ sockets: [Descriptor]) {
        SocketHandover.give(sockets, to: descriptor)
        isLost = true
    }

    /// Where in the output the replies of the last `execute` begin.
    private var batchStart = 0

    /// Takes back the replies of the last `execute`, says why and closes.
    mutating func withdrawReplies(because reason: String) {
        output.removeLast(output.count - batchStart)
        output += "\(reason)\n\n".utf8
        isClosing = true
    }

    /// Carries out the commands that have arrived.
    mutating func execute(with service: RuntimeService, now: Milliseconds) {
        hasMore = false
        batchStart = output.count
        session.uptime = now
        while mayExecute {
            switch session.next() {
            case nil: return
            case .reply(let bytes): output += bytes
            case .close: isClosing = true
            case .execute(let command, let payload):
                let execution = service.execute(
                    command,
                    payload: payload,
                    level: session.level,
                    now: now,
                    session: UInt64(UInt32(bitPattern: descriptor.number))
                )
                switch execution {
                case .reply(let reply): output += session.finish(reply)
                case .pending(let pending): wait = pending
                }
                lastActivity = now
            }
        }
        hasMore = true
    }

    /// Asks for the answer of a `wait`; true when it came.
    mutating func poll(_ service: RuntimeService, now: Milliseconds) -> Bool {
        guard let wait, now >= wait.pollAgainAt || now >= wait.deadline else { return false }
        // A long answer comes no faster than the client takes it.
        guard unsent < Self.outputBound else { return true }
        let part = service.takePart(of: wait)
        if !part.isEmpty {
            output += part.utf8
            lastActivity = now
            self.wait = wait.renewed(at: now)
            return true
        }
        guard let reply = service.poll(wait, now: now) else {
            self.wait = wait.again(after: now)
            return false
        }
        self.wait = nil
        lastActivity = now
        session.uptime = now
        output += session.finish(reply)
        return true
    }

    /// Sends what the client takes.
    mutating func send() {
        while unsent > 0, !isLost {
            let result = output.span.withSlice { descriptor.send($0.dropFirst(sent)) }
            switch result {
            case .bytes(let count): sent += count
            case .wouldBlock: return
            case .end, .failed: isLost = true
            }
        }
        output.removeAll(keepingCapacity: output.capacity <= Self.outputBound)
        sent = 0
    }
}
