/// The PROXY protocol on both sides: `accept-proxy` on a bind, `send-proxy` and `send-proxy-v2` on a server.
extension Worker {
    /// A client whose first bytes have to be a PROXY protocol header.
    mutating func awaitProxyHeader(_ index: Int) {
        connections[index].phase = .proxyHeader
        openRecord(index, isFirst: true)
        let timeouts = snapshot.frontends[Int(connections[index].frontend)].timeouts
        arm(index, timeouts.httpRequest == 0 ? timeouts.client : timeouts.httpRequest)
    }

    /// Bytes used, 0 for more needed, -1 when the client is gone.
    mutating func readProxyHeader(_ index: Int, _ bytes: ByteSlice) -> Int {
        switch bytes.withSpan({ ProxyProtocol.parse($0) }) {
        case .incomplete: return 0
        case .rejected:
            // Nothing is said to a peer that is not the proxy it should be.
            countRequestError(index)
            closeClient(index)
            return -1
        case .complete(let header):
            if header.source.family != .none {
                connections[index].address = header.source
                connections[index].destination = header.destination
            }
            if connections[index].bind >= 0 {
                awaitHandshake(index)
                return header.byteCount
            }
            guard snapshot.frontends[Int(connections[index].frontend)].options.isTCP else {
                awaitRequest(index, isFirst: true)
                return header.byteCount
            }
            let generation = connections[index].generation
            startSession(index)
            return connections[index].generation == generation ? header.byteCount : -1
        }
    }

    /// Puts the header that tells a server of the client before everything else of a new connection.
    @inline(never)
    mutating func queueProxyHeader(_ server: ServerSnapshot, _ upstream: Int, _ index: Int) {
        let source = connections[index].address
        var destination = connections[index].destination
        if destination.family == .none { destination = Descriptor(Int32(index)).localAddress }
        preface.clear()
        if server.options.proxyHeader == .version1 {
            ProxyProtocol.writeLine(from: source, to: destination, into: &preface)
        } else {
            ProxyProtocol.writeBlock(from: source, to: destination, into: &preface)
        }
        connections[upstream].namesClient = true
        connections[upstream].output.append(preface.bytes, from: pool)
    }
}
