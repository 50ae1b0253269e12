extension Worker {
    /// How beginning a connection went.
    enum ConnectResult: BitwiseCopyable { case started, refused, exhausted }

    /// Starts a connection for the client's request.
    @inline(never)
    mutating func connect(to server: ServerSnapshot, for index: Int) -> ConnectResult {
        arena.add(1, to: .connections, of: server.slot, worker: number)
        let start = Descriptor.connect(to: server.address)
        guard case .success(let descriptor, _) = start else {
            arena.add(1, to: .connectErrors, of: server.slot, worker: number)
            if server.options.observer.layer != .none, !start.isExhausted {
                countError(server.slot, server.options.observer, .connection)
            }
            return start.isExhausted ? .exhausted : .refused
        }
        let upstream = Int(descriptor.number)
        guard upstream < connections.count else {
            descriptor.close()
            return .exhausted
        }
        open(descriptor, as: .upstream)
        connections[upstream].slot = server.slot
        connections[upstream].isConnecting = true
        connections[upstream].purgeDelay = server.options.poolPurgeDelay
        connections[upstream].observer = server.options.observer
        if server.options.poolMaxConn >= 0 {
            let share = (Int(server.options.poolMaxConn) + arena.workers - 1) / arena.workers
            connections[upstream].poolLimit = Int32(share)
        }
        attach(upstream, to: index)
        connections[index].phase = .connecting
        timers.clear(index)
        arm(upstream, snapshot.backends[Int(connections[index].backend)].timeouts.connect)
        if snapshot.backends[Int(connections[index].backend)].options.probesServers {
            descriptor.setKeepAlive()
        }
        if server.options.tls.isPresent, !prepareTLS(server.options.tls, upstream, for: index) {
            connections[index].peer = 0
            closeUpstream(upstream)
            return .exhausted
        }
        if server.options.proxyHeader != .none { queueProxyHeader(server, upstream, index) }
        register(upstream)
        return .started
    }

    /// The connection stands or failed.
    private mutating func finishConnect(_ upstream: Int, isBroken: Bool) {
        // epoll says ERR or HUP for every connect that failed, so the error itself need not be asked for.
        guard !isBroken else {
            failConnect(upstream)
            return
        }
        if !connections[upstream].output.isEmpty, !flush(upstream) {
            failConnect(upstream)
            return
        }
        if connections[upstream].tls.isPresent {
            if !startHandshake(upstream) { failConnect(upstream) }
            return
        }
        establish(upstream)
    }

    /// The connection is ready for the request.
    mutating func establish(_ upstream: Int) {
        let client = Int(connections[upstream].peer)
        connections[upstream].isConnecting = false
        observeConnection(upstream)
        records[client].connected = now
        records[client].isReused = false
        sendHeld(client, upstream)
    }

    /// Sends the header that was held back until a connection stood.
    mutating func sendHeld(_ client: Int, _ upstream: Int) {
        if connections[client].isTCP {
            logEarly(client, sent: 0)
            startTunnel(client, upstream)
            connections[client].startsTunnel = false
            connections[client].isReadable = true
            readClient(client)
            return
        }
        connections[client].phase = .sending
        let isSent = send(upstream, connections[client].request.bytes)
        let mayRepeat =
            connections[client].holdsRequest
            || connections[upstream].wasReused && connections[client].isReplayable
        if !mayRepeat { connections[client].request.clear(to: pool) }
        guard isSent else {
            retry(upstream)
            return
        }
        if connections[client].body.isComplete {
            requestSent(client)
        } else {
            armClient(client)
            readClient(client)
        }
    }

    mutating func handleUpstream(_ upstream: Int, _ event: EpollLoop.Event) {
        if event.isHungUp { connections[upstream].isHungUp = true }
        if connections[upstream].isConnecting {
            // A server that speaks first, or refuses at once, has often done so by now, and says it only once.
            if event.isReadable { connections[upstream].isReadable = true }
            if connections[upstream].isShaking {
                continueHandshake(upstream, event)
                return
            }
            guard event.isWritable else { return }
            let generation = connections[upstream].generation
            finishConnect(upstream, isBroken: event.isBroken)
            let isStanding = connections[upstream].generation == generation
            if isStanding, !connections[upstream].isConnecting,
                connections[upstream].isReadable
            {
                readUpstream(upstream)
            }
            return
        }
        let client = Int(connections[upstream].peer)
        if client != 0, connections[client].phase == .tunnel {
            handleTunnelUpstream(upstream, client, event)
            return
        }
        if event.isWritable, !connections[upstream].output.isEmpty {
            let generation = connections[upstream].generation
            if flush(upstream) {
                if client != 0, connections[client].phase == .sending { readClient(client) }
            } else {
                connections[upstream].output.clear(to: pool)
                connections[upstream].isReadable = true
            }
            guard connections[upstream].generation == generation else { return }
        }
        if event.isReadable { connections[upstream].isReadable = true }
        if connections[upstream].isReadable { readUpstream(upstream) }
    }
}
