import Model
import Proxy

/// A person at a Runtime API socket: one command, one answer, as with `socat`.
package enum RuntimeConsole {
    /// Why there is no answer.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Sends one line and reads to the end; waits at most `limit`.
    @discardableResult
    package static func ask(
        _ command: String,
        socket path: String,
        within limit: Duration = .seconds(5)
    ) throws -> String {
        var address = SocketAddress()
        address.family = .unix
        address.path = .make(path)
        defer { address.path.free() }
        let socket = try Socket.connect(to: address)
        var loop = EpollLoop()
        loop.watch(socket.descriptor, token: 1)
        var buffer = ScratchBuffer(capacity: 64 * 1024)
        defer { buffer.free() }
        for byte in "\(command)\n".utf8 { buffer.append(byte: byte) }
        guard socket.descriptor.send(buffer.bytes) == .bytes(buffer.count) else {
            throw Failure(description: "\(path) takes no command")
        }
        return try answer(
            from: socket.descriptor,
            &loop,
            &buffer,
            until: ContinuousClock.now + limit
        )
    }

    private static func answer(
        from descriptor: Descriptor,
        _ loop: inout EpollLoop,
        _ buffer: inout ScratchBuffer,
        until deadline: ContinuousClock.Instant
    ) throws -> String {
        var text: [UInt8] = []
        while ContinuousClock.now < deadline {
            buffer.clear()
            switch descriptor.receive(into: &buffer) {
            case .bytes: text += buffer.bytes.array
            case .wouldBlock: _ = loop.wait(milliseconds: 50)
            case .end: return String(decoding: text, as: UTF8.self)
            case .failed(let code): throw Failure(description: "connection lost (\(code))")
            }
        }
        throw Failure(
            description:
                "no end of the answer to '\(String(decoding: text.prefix(40), as: UTF8.self))…'"
        )
    }

    /// Sends all bytes while reading what comes back, until the other side closes.
    package static func pour(
        _ bytes: [UInt8],
        into path: String,
        within limit: Duration
    ) throws {
        var address = SocketAddress()
        address.family = .unix
        address.path = .make(path)
        defer { address.path.free() }
        let socket = try Socket.connect(to: address)
        var loop = EpollLoop()
        loop.watch(socket.descriptor, token: 1)
        var answer = ScratchBuffer(capacity: 256 * 1024)
        defer { answer.free() }
        var question = ScratchBuffer(capacity: bytes.count)
        defer { question.free() }
        for byte in bytes { question.append(byte: byte) }
        var sent = 0
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if sent < question.count,
                case .bytes(let count) = socket.descriptor.send(question.bytes.dropFirst(sent))
            {
                sent += count
            }
            answer.clear()
            switch socket.descriptor.receive(into: &answer) {
            case .bytes: continue
            case .wouldBlock: _ = loop.wait(milliseconds: 100)
            case .end: return
            case .failed(let code): throw Failure(description: "connection lost (\(code))")
            }
        }
        throw Failure(description: "\(path) did not close in \(limit)")
    }
}
