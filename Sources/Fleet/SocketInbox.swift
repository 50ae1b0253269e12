import NIOCore
import Synchronization

/// Bytes that arrived on a socket and the one reader who waits for them.
final class SocketInbox: Sendable {
    typealias Reader = CheckedContinuation<Result<[UInt8], TransportError>, Never>

    private struct State {
        var bytes: [UInt8] = []
        var hasEnded = false
        var failure: TransportError?
        var reader: Reader?
        var ticket = 0
        var expired = 0
    }

    /// More than any reply; a peer that sends more is cut off.
    private static let limit = 512 << 20

    private let state = Mutex(State())

    /// Numbers the next wait, so that an old deadline cannot end a new one.
    func ticket() -> Int {
        state.withLock { state in
            state.ticket += 1
            return state.ticket
        }
    }

    /// Resumes the reader as soon as there is something to tell.
    func wait(_ reader: Reader, _ ticket: Int) {
        let result: Result<[UInt8], TransportError>? = state.withLock { state in
            if let result = Self.take(&state) { return result }
            if state.expired >= ticket { return .failure(.timedOut) }
            precondition(state.reader == nil, "one task at a time reads a connection")
            state.reader = reader
            return nil
        }
        if let result { reader.resume(returning: result) }
    }

    /// The deadline of a wait has come.
    func expire(_ ticket: Int) {
        let reader: Reader? = state.withLock { state in
            state.expired = max(state.expired, ticket)
            guard state.ticket == ticket else { return nil }
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: .failure(.timedOut))
    }

    /// Bytes came.
    func append(_ bytes: some Collection<UInt8>) {
        deliver { state in
            state.bytes.append(contentsOf: bytes)
            if state.bytes.count > Self.limit { state.failure = .failed("too much to read") }
        }
    }

    /// The peer closed, or the connection broke.
    func end(_ failure: TransportError?) {
        deliver { state in
            state.hasEnded = true
            if state.failure == nil { state.failure = failure }
        }
    }

    private func deliver(_ change: (inout State) -> Void) {
        let delivery: (Reader, Result<[UInt8], TransportError>)? = state.withLock { state in
            change(&state)
            guard let reader = state.reader, let result = Self.take(&state) else { return nil }
            state.reader = nil
            return (reader, result)
        }
        if let (reader, result) = delivery { reader.resume(returning: result) }
    }

    private static func take(_ state: inout State) -> Result<[UInt8], TransportError>? {
        if !state.bytes.isEmpty {
            defer { state.bytes = [] }
            return .success(state.bytes)
        }
        if let failure = state.failure { return .failure(failure) }
        return state.hasEnded ? .success([]) : nil
    }
}

/// Puts what a channel reads into an inbox.
final class SocketReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let inbox: SocketInbox

    init(inbox: SocketInbox) { self.inbox = inbox }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        inbox.append(unwrapInboundIn(data).readableBytesView)
    }

    func channelInactive(context: ChannelHandlerContext) { inbox.end(nil) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        inbox.end(.reset)
        context.close(promise: nil)
    }
}
