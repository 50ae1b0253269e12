import Model

/// Listening sockets on their way from a process to the one that replaces it, as HAProxy's `_getsocks` has it (2.6).
///
/// The asker writes `_getsocks` to a Runtime API socket with `expose-fd listeners`. The answer is the number of
/// sockets as 32 bits; then messages of at most 252 descriptors, each with two empty names (name space and
/// interface) and 32 bits of options a socket, and after every full message 32 bits from the asker.
package enum SocketHandover {
    static let question = "_getsocks\n"
    private static let batch = 252
    /// For each message; both sides are on this machine and do nothing else meanwhile.
    private static let patience = Milliseconds(5000)
    /// More than any configuration has.
    private static let limit = 65_536

    /// Answers on a connection that is closed afterwards; false when the other side went away.
    @discardableResult
    static func give(_ sockets: [Descriptor], to client: Descriptor) -> Bool {
        client.setBlocking(within: patience)
        guard client.send(bytes(of: Int32(sockets.count)), passing: []) else { return false }
        for start in stride(from: 0, to: sockets.count, by: batch) {
            let part = Array(sockets[start..<min(sockets.count, start + batch)])
            let names = [UInt8](repeating: 0, count: 6 * part.count)
            guard client.send(names, passing: part) else { return false }
            guard part.count == batch else { continue }
            var none: [Descriptor] = []
            guard client.receive(passed: &none, atMost: 4) != nil else { return false }
        }
        return true
    }

    /// Asks on a connection for the sockets of the process behind it, and closes the connection.
    package static func take(from server: Descriptor) -> [InheritedSocket]? {
        defer { server.close() }
        server.setBlocking(within: patience)
        guard server.send(Array(question.utf8), passing: []) else { return nil }
        var sockets: [Descriptor] = []
        guard let answer = server.receive(passed: &sockets, atMost: 4), answer.count == 4 else {
            return nil
        }
        let count = answer.enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        guard (0...limit).contains(count) else { return nil }
        while sockets.count < count {
            let before = sockets.count
            guard server.receive(passed: &sockets, atMost: 65_536) != nil else { break }
            guard sockets.count > before else { continue }
            _ = server.send(bytes(of: Int32(sockets.count)), passing: [])
        }
        return sockets.map(InheritedSocket.init)
    }

    /// The same by the address of the Runtime API socket: a path, `unix@path` or `abns@name`.
    package static func take(from address: String) throws(SocketError) -> [InheritedSocket] {
        let endpoint: Endpoint =
            if address.hasPrefix("abns@") {
                .abstract(String(address.dropFirst(5)))
            } else {
                .unix(address.hasPrefix("unix@") ? String(address.dropFirst(5)) : address)
            }
        let place = SocketAddress(endpoint)
        defer { place.path.free() }
        let server = try Socket.connect(to: place)
        guard let sockets = take(from: server.release()) else {
            // EPROTO
            throw SocketError(call: "take listening sockets from", address: address, code: 71)
        }
        return sockets
    }

    private static func bytes(of number: Int32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}

/// A listening socket that another process opened.
package struct InheritedSocket: Sendable {
    let descriptor: Descriptor
    /// What it listens on, as `SocketAddress.description` has it; unix paths are not told.
    let address: String

    init(_ descriptor: Descriptor) {
        self.descriptor = descriptor
        address = descriptor.isListening ? descriptor.localAddress.description : ""
    }
}
