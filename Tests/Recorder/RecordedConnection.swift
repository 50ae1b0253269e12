import Proxy

/// A connection that is read until the other side closes or falls silent.
struct RecordedConnection: ~Copyable {
    private let socket: Socket
    private var loop = EpollLoop()

    init(path: String) throws {
        var address = SocketAddress()
        address.family = .unix
        address.path = .make(path)
        defer { address.path.free() }
        socket = try Socket.connect(to: address)
        loop.watch(socket.descriptor, token: 1)
    }

    /// Sends everything at once; steps are shorter than a socket's buffer.
    func send(_ text: String) throws {
        var buffer = ScratchBuffer(capacity: 64 * 1024)
        defer { buffer.free() }
        for byte in text.utf8 { buffer.append(byte: byte) }
        guard socket.descriptor.send(buffer.bytes) == .bytes(buffer.count) else {
            throw Recording.Failure(description: "cannot send: \(text.prefix(60))")
        }
    }

    /// Reads until the end, or until nothing came for `quiet` milliseconds.
    mutating func receive(quiet: Int) -> (text: String, isClosed: Bool) {
        var buffer = ScratchBuffer(capacity: 64 * 1024)
        defer { buffer.free() }
        var text: [UInt8] = []
        var last = ContinuousClock.now
        while ContinuousClock.now - last < .milliseconds(quiet) {
            buffer.clear()
            switch socket.descriptor.receive(into: &buffer) {
            case .bytes:
                text += buffer.bytes.array
                last = ContinuousClock.now
            case .wouldBlock: _ = loop.wait(milliseconds: 10)
            case .end, .failed: return (String(decoding: text, as: UTF8.self), true)
            }
        }
        return (String(decoding: text, as: UTF8.self), false)
    }
}
