import Proxy

/// A client that sends bytes as they are and reads whatever comes back until the other side closes.
package enum RawClient {
    /// Why an exchange did not end.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Sends `bytes`, at most 64 KiB, and the end behind them; what came back, within ten seconds.
    package static func exchange(_ bytes: [UInt8], port: UInt16) throws -> String {
        let socket = try Socket.connect(to: SocketAddress(ipv4: 0x7f00_0001, port: port))
        var loop = EpollLoop()
        loop.watch(socket.descriptor, token: 1)
        var buffer = ScratchBuffer(capacity: 64 * 1024)
        defer { buffer.free() }
        for byte in bytes { buffer.append(byte: byte) }
        let deadline = ContinuousClock.now + .seconds(10)
        var sent = socket.descriptor.send(buffer.bytes)
        while case .wouldBlock = sent, ContinuousClock.now < deadline {
            _ = loop.wait(milliseconds: 100)
            sent = socket.descriptor.send(buffer.bytes)
        }
        guard sent == .bytes(bytes.count) else {
            throw Failure(description: "port \(port) took no \(bytes.count) bytes: \(sent)")
        }
        socket.descriptor.shutdownSending()
        buffer.clear()
        while ContinuousClock.now < deadline {
            switch socket.descriptor.receive(into: &buffer) {
            case .bytes: continue
            case .wouldBlock: _ = loop.wait(milliseconds: 100)
            // A reset behind the answer ends it too: we may have sent more than was read.
            case .end, .failed: return text(buffer)
            }
        }
        throw Failure(description: "port \(port) did not close in ten seconds: \(text(buffer))")
    }

    private static func text(_ buffer: ScratchBuffer) -> String {
        String(decoding: (0..<buffer.count).map { buffer.bytes[$0] }, as: UTF8.self)
    }
}
