import Proxy

/// Ports on 127.0.0.1 that nobody listens on now.
package enum FreePorts {
    /// Taken from the kernel all at once, so that they differ, and given back before the call returns.
    package static func take(_ count: Int) throws -> [UInt16] {
        var held: [Descriptor] = []
        defer { for descriptor in held { descriptor.close() } }
        var ports: [UInt16] = []
        while ports.count < count {
            let listener = try SocketListener.listen(on: SocketAddress(ipv4: 0x7f00_0001, port: 0))
            ports.append(listener.socket.localAddress.port)
            held.append(listener.release())
        }
        return ports
    }
}
