import Model
import RuntimeAPI

/// One `stats socket`, listening.
struct RuntimeListener {
    let descriptor: Descriptor
    let level: AccessLevel
    /// `expose-fd listeners`.
    let exposesListeners: Bool

    init(_ socket: StatsSocket) throws(SocketError) {
        level = socket.level
        exposesListeners = socket.exposesListeners
        switch socket.address {
        case .unix(let path):
            descriptor = try SocketListener.listen(path: path, mode: socket.mode).release()
        case .abstract(let name):
            descriptor = try SocketListener.listen(on: SocketAddress(.abstract(name))).release()
        case .inet(let endpoint):
            descriptor = try SocketListener.listen(on: SocketAddress(endpoint)).release()
        case .descriptor(let number):
            descriptor = Descriptor(number)
            descriptor.setNonBlocking()
        }
    }

    /// The next client, nil when none waits.
    func accept() -> Descriptor? {
        var peer = SocketAddress()
        guard case .connection(let client) = descriptor.accept(from: &peer) else { return nil }
        return client
    }

    func close() { descriptor.close() }
}
