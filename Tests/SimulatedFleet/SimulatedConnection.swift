import Simulation
import Synchronization

/// One connection to a simulated proxy, as the client holds it: what arrived, and what faults do to the rest.
final class SimulatedConnection: Sendable {
    /// What happens to bytes on their way to the client.
    enum ReplyPath: Sendable {
        case pass
        case delay(Duration)
        /// Nothing arrives any more, and no end either.
        case drop
        /// So many more bytes arrive, then the end.
        case cut(after: Int)
    }

    private struct State {
        var inbox: [UInt8] = []
        var hasEnded = false
        var isClosedByClient = false
        var path = ReplyPath.pass
        var heldUntil: SimulatedClock.Instant?
        var reader: CheckedContinuation<Void, Never>?
    }

    private let clock: SimulatedClock
    private let state = Mutex(State())

    init(clock: SimulatedClock) { self.clock = clock }

    /// Bytes a client that does not read may leave behind; the proxies' answers are far smaller.
    static let inboxLimit = 4 << 20

    var isClosedByClient: Bool { state.withLock { $0.isClosedByClient } }

    func setReplyPath(_ path: ReplyPath) { state.withLock { $0.path = path } }

    /// Before it nothing that the client sends arrives.
    var heldUntil: SimulatedClock.Instant? { state.withLock { $0.heldUntil } }

    func hold(until instant: SimulatedClock.Instant) {
        state.withLock { $0.heldUntil = max($0.heldUntil ?? instant, instant) }
    }

    /// The proxy sent bytes.
    func deliver(_ bytes: [UInt8]) {
        switch state.withLock({ $0.path }) {
        case .pass: arrive(bytes, isEnd: false)
        case .delay(let delay):
            clock.schedule(after: delay) { [self] in arrive(bytes, isEnd: false) }
        case .drop: break
        case .cut(let count):
            arrive(Array(bytes.prefix(count)), isEnd: bytes.count > count)
            setReplyPath(bytes.count > count ? .drop : .cut(after: count - bytes.count))
        }
    }

    /// The proxy closed the connection, or died.
    func deliverEnd() {
        switch state.withLock({ $0.path }) {
        case .pass, .cut: arrive([], isEnd: true)
        case .delay(let delay): clock.schedule(after: delay) { [self] in arrive([], isEnd: true) }
        case .drop: break
        }
    }

    private func arrive(_ bytes: [UInt8], isEnd: Bool) {
        let reader = state.withLock { state -> CheckedContinuation<Void, Never>? in
            precondition(
                state.inbox.count + bytes.count <= Self.inboxLimit,
                "a client lets replies pile up"
            )
            state.inbox += bytes
            state.hasEnded = state.hasEnded || isEnd
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }

    /// Everything that arrived since the last call, empty after the end; nil when `limit` passed before.
    func receive(within limit: Duration) async -> [UInt8]? {
        let deadline = clock.now.advanced(by: limit)
        let alarm = clock.schedule(after: limit) { [self] in wake() }
        defer { clock.cancelAlarm(alarm) }
        while true {
            if let bytes = takeInbox() { return bytes }
            if clock.now >= deadline || Task.isCancelled { return nil }
            await withTaskCancellationHandler {
                await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                    park(continuation)
                }
            } onCancel: {
                wake()
            }
        }
    }

    private func takeInbox() -> [UInt8]? {
        state.withLock { state in
            if state.inbox.isEmpty { return state.hasEnded || state.isClosedByClient ? [] : nil }
            defer { state.inbox.removeAll() }
            return state.inbox
        }
    }

    private func park(_ continuation: CheckedContinuation<Void, Never>) {
        let isParked = state.withLock { state in
            guard state.inbox.isEmpty, !state.hasEnded, !Task.isCancelled else { return false }
            precondition(state.reader == nil, "two tasks read one connection")
            state.reader = continuation
            return true
        }
        if !isParked { continuation.resume() }
    }

    private func wake() {
        let reader = state.withLock { state -> CheckedContinuation<Void, Never>? in
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }

    /// The client gives the connection up.
    func closeByClient() {
        state.withLock { $0.isClosedByClient = true }
        wake()
    }
}
