import Proxy

/// One client that asks one question after another over one connection and reads each answer whole.
package enum HTTPProbe {
    /// What a proxy answered.
    package struct Answer: Sendable, Equatable {
        package let status: Int
        /// The number of the origin that answered, or -1.
        package let origin: Int
    }

    /// Why there is no answer.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Asks for each path in turn; every answer must be there within two seconds.
    package static func ask(_ paths: [String], host: String, port: UInt16) throws -> [Answer] {
        try ask(paths.map { (path: $0, host: host) }, port: port)
    }

    /// The same with a host for each request.
    package static func ask(
        _ requests: [(path: String, host: String)],
        port: UInt16
    ) throws -> [Answer] {
        let socket = try Socket.connect(to: SocketAddress(ipv4: 0x7f00_0001, port: port))
        var loop = EpollLoop()
        loop.watch(socket.descriptor, token: 1)
        _ = loop.wait(milliseconds: 2_000)
        var buffer = ScratchBuffer(capacity: 128 * 1024)
        defer { buffer.free() }
        return try requests.map { path, host in
            buffer.clear()
            for byte in "GET \(path) HTTP/1.1\r\nHost: \(host)\r\n\r\n".utf8 {
                buffer.append(byte: byte)
            }
            guard socket.descriptor.send(buffer.bytes) == .bytes(buffer.count) else {
                throw Failure(description: "port \(port) took no request for \(path)")
            }
            return try answer(socket.descriptor, &loop, &buffer)
        }
    }

    private static func answer(
        _ descriptor: Descriptor,
        _ loop: inout EpollLoop,
        _ buffer: inout ScratchBuffer
    ) throws -> Answer {
        buffer.clear()
        let deadline = ContinuousClock.now + .seconds(2)
        while ContinuousClock.now < deadline {
            switch descriptor.receive(into: &buffer) {
            case .bytes:
                guard let end = TrafficMessage.endOfHead(buffer.bytes) else { continue }
                let head = TrafficMessage.Head(buffer.bytes.prefix(end))
                if buffer.count >= end + head.contentLength {
                    return Answer(status: head.status, origin: head.origin)
                }
            case .wouldBlock: _ = loop.wait(milliseconds: 100)
            case .end, .failed:
                throw Failure(description: "connection closed in the middle of an answer")
            }
        }
        throw Failure(description: "no answer in two seconds")
    }
}
