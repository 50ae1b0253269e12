package import Model

/// Reaches proxies over unix and TCP sockets.
package struct SocketTransport: RuntimeTransport {
    package init() {}

    package func connect(
        to address: RuntimeAddress,
        within limit: Duration
    ) async throws(TransportError) -> any RuntimeConnection {
        throw .absent
    }
}
