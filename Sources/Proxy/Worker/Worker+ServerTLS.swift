/// TLS to servers: a connection that stands shakes hands first, within the time for connecting.
extension Worker {
    /// Makes the session of a new connection, with the name that the server is asked for; false without memory.
    @inline(never)
    mutating func prepareTLS(_ server: TLSServerSnapshot, _ upstream: Int, for index: Int) -> Bool {
        var name = server.name.slice
        switch server.source {
        case .none, .literal: break
        case .client: name = connections[index].tls.serverName
        case .header where connections[index].isTCP: name = .empty
        case .header:
            let held = connections[index].request.bytes
            name = Self.field(server.name.slice, in: held.isEmpty ? outgoing.bytes : held)
        }
        guard let session = tls.connect(server, name: name, slot: connections[upstream].slot) else {
            return false
        }
        connections[upstream].tls = session
        if server.namesClient { connections[upstream].namesClient = true }
        return true
    }

    /// The value of a field in a header that is about to be sent; empty when it has none.
    private static func field(_ name: ByteSlice, in head: ByteSlice) -> ByteSlice {
        var line = 0
        while let end = head.firstIndex(of: 10, from: line) {
            let row = head[line..<end]
            if row.count > name.count, row[name.count] == 58,
                row.prefix(name.count).isEqualIgnoringCase(to: name)
            {
                let value = row.dropFirst(name.count + 1)
                let bare =
                    value.isEmpty || value[value.count - 1] != 13
                    ? value : value.prefix(value.count - 1)
                return withoutPort(bare.trimmed)
            }
            // The empty line ends the header.
            if row.count <= 1, line > 0 { break }
            line = end + 1
        }
        return .empty
    }

    /// A host as certificates name it.
    private static func withoutPort(_ host: ByteSlice) -> ByteSlice {
        guard let colon = host.firstIndex(of: 58), !host.isEmpty, host[0] != 91 else { return host }
        return host.prefix(colon)
    }

    /// The connection stands: says what a handshake begins with; false when it is lost.
    mutating func startHandshake(_ upstream: Int) -> Bool {
        connections[upstream].isShaking = true
        tls.arrived.clear()
        return openArrived(fromUpstream: upstream)
    }

    /// An event during a handshake: goes on with it until it waits, fails or is over.
    mutating func continueHandshake(_ upstream: Int, _ event: EpollLoop.Event) {
        guard !event.isBroken,
            !event.isWritable || connections[upstream].output.isEmpty || flush(upstream),
            advanceHandshake(upstream)
        else {
            failConnect(upstream)
            return
        }
        guard connections[upstream].tls.isEstablished else { return }
        connections[upstream].isShaking = false
        let generation = connections[upstream].generation
        establish(upstream)
        guard connections[upstream].generation == generation else { return }
        let client = Int(connections[upstream].peer)
        // Some servers speak first.
        if client != 0, !connections[upstream].input.isEmpty, !useQueued(upstream, client) {
            return
        }
        if connections[upstream].isReadable { readUpstream(upstream) }
    }

    private mutating func advanceHandshake(_ upstream: Int) -> Bool {
        while connections[upstream].isReadable, !connections[upstream].tls.isEstablished {
            tls.arrived.clear()
            let socket = Descriptor(Int32(upstream))
            switch socket.receive(into: &tls.arrived, limit: Self.sealedLimit) {
            case .bytes: guard openArrived(fromUpstream: upstream) else { return false }
            case .wouldBlock: connections[upstream].isReadable = false
            case .end, .failed: return false
            }
        }
        return true
    }

    /// Read at once when what it holds is put behind something: both fit into `received` then.
    private static var sealedLimit: Int { 16_384 }

    /// Opens what arrived, behind what is queued as input, and sends what is to be said.
    private mutating func openArrived(fromUpstream upstream: Int) -> Bool {
        let outcome = tls.open(connections[upstream].tls, bind: TLSBindSnapshot())
        let sealed = tls.sealed
        if !sealed.isEmpty, !transmit(upstream, sealed) { return false }
        if outcome == .ended {
            connections[upstream].hasSaidEnd = true
            connections[upstream].isHungUp = true
            connections[upstream].isReadable = true
        }
        connections[upstream].input.append(tls.opened.bytes, from: pool)
        return outcome != .failed
    }

    /// One read of a server behind TLS and the use of what it held; false when the exchange is over.
    @inline(never)
    mutating func receiveSealed(_ upstream: Int, _ client: Int) -> Bool {
        if connections[upstream].hasSaidEnd { return endResponse(upstream, client, .end) }
        tls.arrived.clear()
        let result = Descriptor(Int32(upstream)).receive(
            into: &tls.arrived,
            limit: Self.sealedLimit
        )
        guard case .bytes(let count) = result else { return endResponse(upstream, client, result) }
        if count < Self.sealedLimit, !connections[upstream].isHungUp {
            connections[upstream].isReadable = false
        }
        guard openArrived(fromUpstream: upstream) else {
            return endResponse(upstream, client, .failed(0))
        }
        return connections[upstream].input.isEmpty || useQueued(upstream, client)
    }

    /// Uses what is queued as input; false when the exchange is over.
    private mutating func useQueued(_ upstream: Int, _ client: Int) -> Bool {
        // Moved out of the queue, so that what is not used can be queued again from a stable place.
        received.clear()
        received.append(connections[upstream].input.bytes)
        connections[upstream].input.clear(to: pool)
        return useResponse(upstream, client, received.bytes)
    }
}
