package import Model

/// Reaches Runtime API addresses; sockets in production, a simulated network in tests.
package protocol RuntimeTransport: Sendable {
    /// Opens one connection or says why not, at the latest after `limit`.
    func connect(
        to address: RuntimeAddress,
        within limit: Duration
    ) async throws(TransportError) -> any RuntimeConnection
}

/// One connection to a Runtime API: bytes out, bytes in, each with a deadline.
///
/// Used by one task at a time. After any error only `close` may follow.
package protocol RuntimeConnection: Sendable {
    /// Hands bytes over to the network.
    func send(_ bytes: [UInt8], within limit: Duration) async throws(TransportError)

    /// The next bytes that arrive; empty when the peer closed.
    func receive(within limit: Duration) async throws(TransportError) -> [UInt8]

    /// Ends the connection; may be called more than once.
    func close() async
}

/// Why bytes could not be exchanged, before anyone knows what they meant.
package enum TransportError: Error, Hashable, Sendable {
    /// No socket at this path.
    case absent
    /// Somebody is there and does not listen.
    case refused
    /// The socket's file mode keeps us out.
    case permissionDenied
    case timedOut
    /// The connection broke.
    case reset
    /// Anything else, in the system's words.
    case failed(String)
}
