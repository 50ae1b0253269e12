@testable import Proxy

/// A client that speaks TLS and waits for what it expects, at most ten seconds each time.
final class TLSTestClient {
    private let socket: Socket
    private var epoll = EpollLoop()
    private var port = TLSPort()
    private let context: TLSContext
    private let session: TLSSession
    private(set) var received: [UInt8] = []
    /// The server closed, in order or not.
    private(set) var hasEnded = false
    /// And said so through TLS.
    private(set) var endedInOrder = false
    private(set) var hasFailed = false

    init(
        port number: UInt16,
        name: String = "",
        preface: [UInt8] = [],
        change: (inout TLSOptions) -> Void = { _ in }
    ) throws {
        var options = TLSOptions()
        change(&options)
        context = try TLSContext(connecting: options)
        guard let session = port.connect(context, name: name) else { throw NoMemory() }
        self.session = session
        socket = try Socket.connect(to: SocketAddress(ipv4: 0x7f00_0001, port: number))
        epoll.watch(socket.descriptor, token: 1)
        push(preface)
        turn()
        wait { session.isEstablished }
    }

    struct NoMemory: Error {}

    deinit {
        port.free(session)
        port.destroy()
    }

    var isEstablished: Bool { session.isEstablished }
    /// The names in the proxy's certificate.
    var peerNames: [String] { session.peerNames }
    var peerFingerprint: String { session.peerFingerprint }
    var version: String { session.version }
    var negotiatedProtocol: String { session.negotiatedProtocol }

    @discardableResult
    func send(_ text: String) -> Self {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(60_000))
            _ = piece.span.withSlice { port.seal($0, for: session) }
            push(port.sealed.array)
            rest = rest.dropFirst(piece.count)
        }
        return self
    }

    /// Says that nothing follows, through TLS.
    func sayEnd() {
        port.sealEnd(of: session)
        push(port.sealed.array)
    }

    func endSending() { socket.descriptor.shutdownSending() }

    private func push(_ bytes: [UInt8]) {
        var sent = 0
        let deadline = MonotonicClock.milliseconds + 10_000
        while sent < bytes.count, MonotonicClock.milliseconds < deadline {
            switch bytes.span.withSlice({ socket.descriptor.send($0.dropFirst(sent)) }) {
            case .bytes(let count): sent += count
            case .wouldBlock: _ = epoll.wait(milliseconds: 20)
            case .end, .failed: return
            }
        }
    }

    /// Takes what is there without waiting, and says what the handshake has to say.
    private func turn() {
        while true {
            port.arrived.clear()
            let result = socket.descriptor.receive(into: &port.arrived)
            let outcome = port.open(session, bind: TLSBindSnapshot())
            push(port.sealed.array)
            received += port.opened.bytes.array
            if outcome == .ended { endedInOrder = true }
            if outcome == .failed { hasFailed = true }
            switch result {
            case .bytes: continue
            case .wouldBlock: return
            case .end, .failed:
                hasEnded = true
                return
            }
        }
    }

    /// Waits until a condition holds; false when time ran out or the connection ended before.
    @discardableResult
    func wait(until condition: () -> Bool) -> Bool {
        let deadline = MonotonicClock.milliseconds + 10_000
        while !condition() {
            if hasEnded || hasFailed || MonotonicClock.milliseconds > deadline {
                return condition()
            }
            _ = epoll.wait(milliseconds: 20)
            turn()
        }
        return true
    }

    /// Everything until the server closes.
    func remainder() -> String {
        wait { self.hasEnded }
        return String(decoding: received, as: UTF8.self)
    }

    /// Sends a plain GET and returns head and body, which ends with the length it names.
    func get(_ path: String) -> String? {
        received = []
        send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        let blank = Array("\r\n\r\n".utf8)
        guard wait(until: { self.received.firstRange(of: blank) != nil }),
            let end = received.firstRange(of: blank)?.upperBound
        else { return nil }
        let head = String(decoding: received[..<end], as: UTF8.self)
        let probe = OriginRequest(head: head, body: [], number: 0, connection: 0)
        let length = probe.field("content-length").first.flatMap { Int($0) } ?? 0
        guard wait(until: { self.received.count >= end + length }) else { return nil }
        return String(decoding: received, as: UTF8.self)
    }
}
