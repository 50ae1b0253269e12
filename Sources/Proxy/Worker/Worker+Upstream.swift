extension Worker {
    /// Where a request went.
    enum Placement: BitwiseCopyable {
        /// To an idle connection.
        case reused(Int)
        /// To a connection that is being made.
        case connecting
        /// Nowhere yet: every server is at its `maxconn`.
        case queued
        case unavailable
    }

    /// Chooses a server for the client's request, and a connection to it.
    @inline(__always)
    mutating func placeRequest(_ index: Int, avoiding avoided: Int = -1, isQueued: Bool = false)
        -> Placement
    {
        let backendNumber = Int(connections[index].backend)
        while true {
            // Looked up anew each time: retries must not use servers that were removed meanwhile.
            let backend = snapshot.backends[backendNumber]
            let arena = self.arena
            let chosen = balancer.pick(
                backend: backendNumber,
                backend,
                key: connections[index].key,
                avoiding: avoided,
                inFlight: { arena.sessions(of: $0) },
                using: &random
            )
            guard chosen >= 0 else {
                totals.add(
                    1,
                    to: TrafficCounters.Backend.unserved,
                    of: backendNumber,
                    worker: number
                )
                return .unavailable
            }
            var server = backend.servers[chosen]
            if isFull(server) {
                guard let other = serverWithRoom(backend) else {
                    if !isQueued { enterQueue(index) }
                    return .queued
                }
                server = other
            }
            takeSlot(server.slot, for: index)
            let idle = takeIdle(server.slot, for: index)
            if idle != 0 { return .reused(idle) }
            if connect(to: server, for: index) { return .connecting }
            releaseSlot(of: index)
            guard countAttempt(index) else { return .unavailable }
        }
    }

    @inline(__always)
    private func isFull(_ server: ServerSnapshot) -> Bool {
        server.maxconn > 0 && arena.sessions(of: server.slot) >= Int(server.maxconn)
    }

    /// Any server that is not full; hashed requests wait for their own.
    private func serverWithRoom(_ backend: BackendSnapshot) -> ServerSnapshot? {
        guard backend.algorithm != .consistentHash, backend.algorithm != .mapHash else { return nil }
        for index in backend.servers.indices where !isFull(backend.servers[index]) {
            return backend.servers[index]
        }
        return nil
    }

    /// Counts a session on the slot.
    @inline(__always)
    private func takeSlot(_ slot: UInt32, for index: Int) {
        connections[index].slot = slot
        connections[index].holdsSlot = true
        records[index].slot = slot
        records[index].hasServer = true
        records[index].placed = now
        let current = arena.add(1, to: .currentSessions, of: slot, worker: number)
        arena.add(1, to: .totalSessions, of: slot, worker: number)
        if current > arena.value(.maxSessions, of: slot, worker: number) {
            arena.set(current, to: .maxSessions, of: slot, worker: number)
        }
        totals.add(
            1,
            to: TrafficCounters.Backend.currentSessions,
            of: Int(connections[index].backend),
            worker: number
        )
    }

    /// Gives the session back.
    @inline(__always)
    func releaseSlot(of index: Int) {
        guard connections[index].holdsSlot else { return }
        connections[index].holdsSlot = false
        arena.add(-1, to: .currentSessions, of: connections[index].slot, worker: number)
        totals.add(
            -1,
            to: TrafficCounters.Backend.currentSessions,
            of: Int(connections[index].backend),
            worker: number
        )
    }

    // MARK: Idle connections

    /// The newest idle connection to the slot, now the client's; 0 when there is none.
    @inline(__always)
    private mutating func takeIdle(_ slot: UInt32, for index: Int) -> Int {
        while true {
            let upstream = arena.value(.firstIdle, of: slot, worker: number)
            guard upstream != 0 else { return 0 }
            unlinkIdle(upstream)
            // A request that cannot be sent twice gets a connection that was just seen to stand.
            if !connections[index].isReplayable, !Descriptor(Int32(upstream)).isQuiet {
                closeUpstream(upstream)
                continue
            }
            arena.add(1, to: .reuses, of: slot, worker: number)
            connections[upstream].wasReused = true
            records[index].connected = now
            records[index].isReused = true
            attach(upstream, to: index)
            return upstream
        }
    }

    @inline(__always)
    private func attach(_ upstream: Int, to index: Int) {
        connections[upstream].peer = Int32(index)
        connections[upstream].hasResponse = false
        connections[upstream].interimResponses = 0
        connections[upstream].needsMoreInput = false
        connections[index].peer = Int32(upstream)
        arena.add(1, to: .usedConnections, of: connections[upstream].slot, worker: number)
    }

    /// Keeps a connection for the next request to its slot.
    @inline(__always)
    mutating func park(_ upstream: Int) {
        let slot = connections[upstream].slot
        let first = arena.value(.firstIdle, of: slot, worker: number)
        connections[upstream].peer = 0
        connections[upstream].next = Int32(first)
        connections[upstream].previous = 0
        connections[upstream].isIdle = true
        if first != 0 { connections[first].previous = Int32(upstream) }
        arena.set(upstream, to: .firstIdle, of: slot, worker: number)
        arena.add(1, to: .idleConnections, of: slot, worker: number)
        arena.add(-1, to: .usedConnections, of: slot, worker: number)
        timers.set(upstream, deadline: now + 60_000)
    }

    @inline(__always)
    private mutating func unlinkIdle(_ upstream: Int) {
        let (next, previous) = (connections[upstream].next, connections[upstream].previous)
        let slot = connections[upstream].slot
        if previous != 0 {
            connections[Int(previous)].next = next
        } else {
            arena.set(Int(next), to: .firstIdle, of: slot, worker: number)
        }
        if next != 0 { connections[Int(next)].previous = previous }
        arena.add(-1, to: .idleConnections, of: slot, worker: number)
        connections[upstream].next = 0
        connections[upstream].previous = 0
        connections[upstream].isIdle = false
    }

    mutating func purgeIdle(_ slot: UInt32) {
        while true {
            let upstream = arena.value(.firstIdle, of: slot, worker: number)
            guard upstream != 0 else { return }
            closeUpstream(upstream)
        }
    }

    /// Closes a server connection, idle or in use; its client is the caller's to look after.
    mutating func closeUpstream(_ upstream: Int) {
        if connections[upstream].isIdle {
            unlinkIdle(upstream)
        } else {
            arena.add(-1, to: .usedConnections, of: connections[upstream].slot, worker: number)
        }
        release(upstream)
    }

    // MARK: New connections

    /// Starts a connection for the client's request; false when that fails at once.
    private mutating func connect(to server: ServerSnapshot, for index: Int) -> Bool {
        arena.add(1, to: .connections, of: server.slot, worker: number)
        guard case .success(let descriptor, _) = Descriptor.connect(to: server.address) else {
            arena.add(1, to: .connectErrors, of: server.slot, worker: number)
            return false
        }
        let upstream = Int(descriptor.number)
        guard upstream < connections.count else {
            descriptor.close()
            return false
        }
        open(descriptor, as: .upstream)
        connections[upstream].slot = server.slot
        connections[upstream].isConnecting = true
        attach(upstream, to: index)
        connections[index].phase = .connecting
        timers.clear(index)
        arm(upstream, snapshot.backends[Int(connections[index].backend)].timeouts.connect)
        register(upstream)
        return true
    }

    /// The connection stands or failed.
    private mutating func finishConnect(_ upstream: Int) {
        guard Descriptor(Int32(upstream)).pendingError == 0 else {
            failConnect(upstream)
            return
        }
        let client = Int(connections[upstream].peer)
        connections[upstream].isConnecting = false
        records[client].connected = now
        records[client].isReused = false
        sendHeld(client, upstream)
    }

    /// Sends the header that was held back until a connection stood.
    mutating func sendHeld(_ client: Int, _ upstream: Int) {
        connections[client].phase = .sending
        let isSent = send(upstream, connections[client].request.bytes)
        if !connections[upstream].wasReused || !connections[client].isReplayable {
            connections[client].request.clear(to: pool)
        }
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

    /// No connection to the server: tries again, with another server where there is one.
    mutating func failConnect(_ upstream: Int, isTimeout: Bool = false) {
        let client = Int(connections[upstream].peer)
        let slot = connections[upstream].slot
        arena.add(1, to: .connectErrors, of: slot, worker: number)
        closeUpstream(upstream)
        connections[client].peer = 0
        releaseSlot(of: client)
        guard countAttempt(client) else {
            note(client, isTimeout ? .serverTimeout : .serverAborted, .connect)
            connections[client].phase = connections[client].body.isComplete ? .receiving : .idle
            replyAndResume(client, status: 503)
            return
        }
        placeAgain(client, avoiding: slot)
    }

    /// One more try, or false when there have been enough.
    func countAttempt(_ index: Int) -> Bool {
        let limit = snapshot.backends[Int(connections[index].backend)].retries
        guard connections[index].attempts < limit else { return false }
        connections[index].attempts += 1
        records[index].retries += 1
        arena.add(1, to: .retries, of: connections[index].slot, worker: number)
        return true
    }

    /// Finds the held request another place.
    mutating func placeAgain(_ client: Int, avoiding slot: UInt32?) {
        let backend = snapshot.backends[Int(connections[client].backend)]
        var avoided = -1
        if let slot, backend.servers.count > 1 {
            for index in backend.servers.indices where backend.servers[index].slot == slot {
                avoided = index
            }
        }
        switch placeRequest(client, avoiding: avoided) {
        case .reused(let upstream):
            if let slot, connections[client].slot != slot {
                records[client].isRedispatched = true
                arena.add(1, to: .redispatches, of: connections[client].slot, worker: number)
            }
            sendHeld(client, upstream)
        case .connecting, .queued: break
        case .unavailable:
            note(client, .serverAborted, .connect)
            connections[client].phase = connections[client].body.isComplete ? .receiving : .idle
            replyAndResume(client, status: 503)
        }
    }

    /// The server connection died before any byte of a response: the request is sent once more if it may be.
    mutating func retry(_ upstream: Int) {
        let client = Int(connections[upstream].peer)
        let slot = connections[upstream].slot
        let mayRepeat =
            connections[upstream].wasReused && connections[client].isReplayable
            && !connections[client].request.isEmpty
        closeUpstream(upstream)
        connections[client].peer = 0
        releaseSlot(of: client)
        guard mayRepeat else {
            arena.add(1, to: .responseErrors, of: slot, worker: number)
            note(client, .serverAborted, .header)
            replyAndResume(client, status: 502)
            return
        }
        arena.add(1, to: .retries, of: slot, worker: number)
        records[client].retries += 1
        // Not another pooled one: they may all have been closed for the same reason.
        purgeIdle(slot)
        placeAgain(client, avoiding: nil)
    }

    mutating func handleUpstream(_ upstream: Int, _ event: EpollLoop.Event) {
        if event.isHungUp { connections[upstream].isHungUp = true }
        if connections[upstream].isConnecting {
            if event.isWritable { finishConnect(upstream) }
            return
        }
        if event.isWritable, !connections[upstream].output.isEmpty {
            let generation = connections[upstream].generation
            if flush(upstream) {
                let client = Int(connections[upstream].peer)
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
