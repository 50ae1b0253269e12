/// Bytes that pass both ways as they are: TCP mode, and HTTP after 101 or a CONNECT that was accepted.
///
/// Each direction ends by itself; the end is passed on once everything before it has been sent.
extension Worker {
    mutating func startTunnel(_ client: Int, _ upstream: Int) {
        connections[client].phase = .tunnel
        connections[client].keepsAlive = false
        connections[client].hasResponse = true
        connections[client].startsTunnel = true
        connections[client].needsMoreInput = false
        connections[client].request.clear(to: pool)
        connections[upstream].keepsAlive = false
        connections[upstream].hasResponse = true
        armTunnel(client, upstream)
    }

    /// Something passed: `timeout tunnel`, or the side's own timeout, begins anew; `client-fin` and `server-fin`
    /// stand in on the side that is only waited for.
    @inline(__always)
    mutating func armTunnel(_ client: Int, _ upstream: Int) {
        let front = snapshot.frontends[Int(connections[client].frontend)].timeouts
        let back = snapshot.backends[Int(connections[client].backend)].timeouts
        let isClientLast = connections[upstream].hasEnded && front.clientFin > 0
        let isServerLast = connections[client].hasEnded && back.serverFin > 0
        arm(client, isClientLast ? front.clientFin : back.tunnel > 0 ? back.tunnel : front.client)
        arm(upstream, isServerLast ? back.serverFin : back.tunnel > 0 ? back.tunnel : back.server)
    }

    /// Passes on what a client sent; bytes used, -1 when the client is gone.
    mutating func forwardToServer(_ client: Int, _ bytes: ByteSlice) -> Int {
        let upstream = Int(connections[client].peer)
        countIn(client, bytes.count)
        guard send(upstream, bytes) else {
            // It takes nothing more; what it said before may still be read.
            note(client, .serverAborted, .data)
            connections[client].hasEnded = true
            connections[upstream].isShut = true
            connections[upstream].output.clear(to: pool)
            connections[upstream].isReadable = true
            readUpstream(upstream)
            return -1
        }
        armTunnel(client, upstream)
        return bytes.count
    }

    /// Passes on what a server sent; the same results.
    mutating func forwardToClient(_ upstream: Int, _ client: Int, _ bytes: ByteSlice) -> Int {
        countOut(client, bytes.count, slot: connections[upstream].slot)
        guard send(client, bytes) else {
            note(client, .clientAborted, .data)
            closeClient(client)
            return -1
        }
        armTunnel(client, upstream)
        return bytes.count
    }

    /// Passes ends on once what came before them has been sent; false when both directions are over and the
    /// client is gone.
    mutating func settleTunnel(_ client: Int) -> Bool {
        let upstream = Int(connections[client].peer)
        passEnd(from: client, to: upstream)
        passEnd(from: upstream, to: client)
        guard connections[client].isShut, connections[upstream].isShut else {
            armTunnel(client, upstream)
            return true
        }
        endExchange(client)
        closeClient(client)
        return false
    }

    private mutating func passEnd(from source: Int, to target: Int) {
        guard connections[source].hasEnded, !connections[target].isShut,
            connections[target].output.isEmpty
        else { return }
        if connections[target].tls.isPresent {
            sayEnd(target)
            guard connections[target].output.isEmpty else { return }
        }
        connections[target].isShut = true
        Descriptor(Int32(target)).shutdownSending()
    }

    /// The client ended or was lost; false when it is gone.
    mutating func endTunnelInput(_ client: Int, _ result: Transfer) -> Bool {
        guard result == .end else {
            note(client, .clientAborted, .data)
            closeClient(client)
            return false
        }
        connections[client].hasEnded = true
        return settleTunnel(client)
    }

    /// The server ended or was lost; false when the client is gone.
    mutating func endTunnelOutput(_ upstream: Int, _ client: Int, _ result: Transfer) -> Bool {
        guard result == .end else {
            note(client, .serverAborted, .data)
            closeClient(client)
            return false
        }
        connections[upstream].hasEnded = true
        return settleTunnel(client)
    }

    /// An event on the client of a tunnel.
    mutating func handleTunnelClient(_ client: Int, _ event: EpollLoop.Event) {
        let generation = connections[client].generation
        if event.isBroken, connections[client].hasEnded {
            note(client, .clientAborted, .data)
            closeClient(client)
            return
        }
        if event.isWritable, !connections[client].output.isEmpty {
            guard flush(client) else {
                note(client, .clientAborted, .data)
                closeClient(client)
                return
            }
            guard settleTunnel(client) else { return }
            let upstream = Int(connections[client].peer)
            if connections[upstream].isReadable { readUpstream(upstream) }
            guard connections[client].generation == generation else { return }
        }
        if event.isReadable { connections[client].isReadable = true }
        if connections[client].isReadable { readClient(client) }
    }

    /// An event on the server of a tunnel.
    mutating func handleTunnelUpstream(
        _ upstream: Int,
        _ client: Int,
        _ event: EpollLoop.Event
    ) {
        let generation = connections[upstream].generation
        if event.isBroken, connections[upstream].hasEnded {
            note(client, .serverAborted, .data)
            closeClient(client)
            return
        }
        if event.isWritable, !connections[upstream].output.isEmpty {
            guard flush(upstream) else {
                note(client, .serverAborted, .data)
                closeClient(client)
                return
            }
            guard settleTunnel(client) else { return }
            readClient(client)
            guard connections[upstream].generation == generation else { return }
        }
        if event.isReadable { connections[upstream].isReadable = true }
        if connections[upstream].isReadable { readUpstream(upstream) }
    }

    // MARK: TCP mode

    /// Finds a server for a client of a frontend in TCP mode, at once.
    mutating func startSession(_ index: Int) {
        connections[index].isTCP = true
        connections[index].phase = .connecting
        openRecord(index, isFirst: true)
        beginExchange(index)
        records[index].isTCP = true
        records[index].requested = now
        request.reset()
        let frontend = snapshot.frontends[Int(connections[index].frontend)]
        let chosen = routeSession(index, frontend)
        connections[index].backend = chosen
        guard chosen >= 0, snapshot.backends[Int(chosen)].exists,
            !snapshot.backends[Int(chosen)].isUnpublished,
            snapshot.backends[Int(chosen)].options.isTCP
        else {
            connections[index].backend = -1
            note(index, .serverAborted, .connect)
            closeClient(index)
            return
        }
        enterBackend(index)
        let backend = snapshot.backends[Int(chosen)]
        connections[index].abortsOnClose = backend.options.abortsOnClose
        connections[index].key =
            backend.hashInput == .expression
            ? sessionHashKey(index, backend)
            : ByteSlice.empty.withSpan { span in
                HashKey.of(request, in: span, source: connections[index].address, for: backend)
            }
        if choosesServers(index) { chooseSessionServer(index, backend) }
        switch placeAnew(index) {
        case .connecting, .queued: register(index)
        case .reused, .unavailable:
            note(index, .serverAborted, .connect)
            closeClient(index)
        }
    }
}
