@testable import Proxy

/// A client that sends raw bytes and waits for raw bytes, at most five seconds each time.
final class TestClient {
    private let socket: Socket
    private var epoll = EpollLoop()
    private var scratch = ScratchBuffer(capacity: 65_536)
    /// Received and not yet taken.
    private(set) var received: [UInt8] = []
    /// The proxy closed, in order or by reset.
    private(set) var hasEnded = false
    private(set) var wasReset = false

    convenience init(port: UInt16) throws {
        try self.init(SocketAddress(ipv4: 0x7f00_0001, port: port))
    }

    /// By the path of a unix socket.
    convenience init(path: String) throws {
        let name = RawText.make(path)
        defer { name.free() }
        var address = SocketAddress()
        address.family = .unix
        address.path = name
        try self.init(address)
    }

    private init(_ address: SocketAddress) throws {
        socket = try Socket.connect(to: address)
        epoll.watch(socket.descriptor, token: 1)
        wait { event in event.isWritable }
    }

    deinit { scratch.free() }

    private func wait(until isEnough: (EpollLoop.Event) -> Bool) {
        let deadline = MonotonicClock.milliseconds + 5000
        while MonotonicClock.milliseconds < deadline {
            for index in 0..<epoll.wait(milliseconds: 100) where isEnough(epoll.event(index)) {
                return
            }
        }
    }

    @discardableResult
    func send(_ text: String) -> Self { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Self {
        var sent = 0
        let deadline = MonotonicClock.milliseconds + 5000
        while sent < bytes.count, MonotonicClock.milliseconds < deadline {
            let result = bytes.span.withSlice { socket.descriptor.send($0.dropFirst(sent)) }
            switch result {
            case .bytes(let count): sent += count
            case .wouldBlock:
                receive()
                _ = epoll.wait(milliseconds: 20)
            case .end, .failed: return self
            }
        }
        return self
    }

    func endSending() { socket.descriptor.shutdownSending() }

    /// Takes what is there without waiting.
    private func receive() {
        while !hasEnded {
            scratch.clear()
            switch socket.descriptor.receive(into: &scratch) {
            case .bytes: received += scratch.bytes.array
            case .wouldBlock: return
            case .end: hasEnded = true
            case .failed:
                hasEnded = true
                wasReset = true
            }
        }
    }

    /// Waits until `isEnough` or the end; false when time ran out or the end came first.
    private func receive(until isEnough: ([UInt8]) -> Bool) -> Bool {
        let deadline = MonotonicClock.milliseconds + 5000
        while true {
            receive()
            if isEnough(received) { return true }
            if hasEnded || MonotonicClock.milliseconds > deadline { return false }
            _ = epoll.wait(milliseconds: 20)
        }
    }

    /// The next response by its own framing; nil when none came whole.
    func response(to method: String = "GET") -> (head: String, status: Int, body: [UInt8])? {
        let blank = Array("\r\n\r\n".utf8)
        guard receive(until: { $0.firstRange(of: blank) != nil }),
            let headEnd = received.firstRange(of: blank)?.upperBound
        else { return nil }
        let head = String(decoding: received[..<headEnd], as: UTF8.self)
        let status = Int(head.dropFirst(9).prefix(3)) ?? 0
        let probe = OriginRequest(head: head, body: [], number: 0, connection: 0)
        var end = headEnd
        var body: [UInt8] = []
        if method == "HEAD" || status < 200 || status == 204 || status == 304 {
            // No body, whatever the fields say.
        } else if let length = probe.field("content-length").first.flatMap({ Int($0) }) {
            end += length
            guard receive(until: { $0.count >= end }) else { return nil }
            body = Array(received[headEnd..<end])
        } else if !probe.field("transfer-encoding").isEmpty {
            guard receive(until: { RecordingOrigin.decodeChunks($0, from: headEnd) != nil }),
                let decoded = RecordingOrigin.decodeChunks(received, from: headEnd)
            else { return nil }
            (body, end) = decoded
        } else {
            _ = receive(until: { _ in false })
            end = received.count
            body = Array(received[headEnd...])
        }
        received.removeFirst(end)
        return (head, status, body)
    }

    /// Whether the proxy closes the connection, with nothing more before.
    func closes() -> Bool {
        _ = receive(until: { !$0.isEmpty })
        return hasEnded && received.isEmpty
    }

    /// Everything until the proxy closes.
    func remainder() -> String {
        _ = receive(until: { _ in false })
        defer { received = [] }
        return String(decoding: received, as: UTF8.self)
    }

    /// Waits until a condition holds, at most five seconds.
    func eventually(_ condition: () -> Bool) -> Bool {
        let deadline = MonotonicClock.milliseconds + 5000
        while !condition() {
            guard MonotonicClock.milliseconds < deadline else { return false }
            _ = epoll.wait(milliseconds: 2)
        }
        return true
    }

    /// Waits for at least this many bytes.
    func receive(atLeast count: Int) -> Bool { receive(until: { $0.count >= count }) }

    /// Waits until what has come so far, which stays there, is enough.
    func receives(_ isEnough: (String) -> Bool) -> Bool {
        receive { isEnough(String(decoding: $0, as: UTF8.self)) }
    }

    /// Sends a plain GET and returns the body, nil for any status but 200.
    func get(_ path: String) -> String? {
        send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        guard let response = response(), response.status == 200 else { return nil }
        return String(decoding: response.body, as: UTF8.self)
    }
}
