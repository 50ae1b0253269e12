extension Worker {
    /// Where a request went.
    enum Placement: BitwiseCopyable {
        /// To an idle connection.
        case reused(Int)
        /// To a connection that is being made, at once or after a pause.
        case connecting
        /// Nowhere yet: every server that it may use is at its `maxconn`.
        case queued
        case unavailable
    }

    /// Chooses a server for the client's request, and a connection to it.
    @inline(__always)
    mutating func placeRequest(_ index: Int, avoiding avoided: Int = -1) -> Placement {
        // Looked up anew each time: retries must not use servers that were removed meanwhile.
        let number = Int(connections[index].backend)
        let backend = snapshot.backends[number]
        let arena = self.arena
        if connections[index].wanted >= 0 {
            let slot = UInt32(connections[index].wanted)
            if let server = backend.server(of: slot, isForced: connections[index].forcesServer) {
                return server.maxconn > 0
                    ? placeWithin(server, backend, index) : assign(server, to: index)
            }
            connections[index].wanted = -1
        }
        let chosen = balancer.pick(
            backend: number,
            backend,
            key: connections[index].key,
            avoiding: avoided,
            inFlight: { arena.sessions(of: $0) },
            using: &random
        )
        guard chosen >= 0 else { return refusePlacement(index) }
        let server = backend.servers[chosen]
        if server.maxconn > 0 { return placeWithin(server, backend, index) }
        return assign(server, to: index)
    }

    @inline(never)
    private func refusePlacement(_ index: Int) -> Placement {
        totals.add(
            1,
            to: TrafficCounters.Backend.unserved,
            of: Int(connections[index].backend),
            worker: number
        )
        return .unavailable
    }

    /// Counts the session on a server that has a place, and finds a connection.
    @inline(__always)
    mutating func assign(_ server: ServerSnapshot, to index: Int) -> Placement {
        takeSlot(server.slot, for: index)
        records[index].serverName = server.name
        records[index].serverID = server.id
        records[index].serverAddress = server.address
        let idle = takeIdle(server.slot, for: index)
        if idle != 0 { return .reused(idle) }
        switch connect(to: server, for: index) {
        case .started: return .connecting
        case .refused: return retryAtOnce(index, from: server.slot, hasResources: true)
        case .exhausted: return retryAtOnce(index, from: server.slot, hasResources: false)
        }
    }

    /// A connection that failed before it began.
    @inline(never)
    private mutating func retryAtOnce(_ index: Int, from slot: UInt32, hasResources: Bool)
        -> Placement
    {
        releaseSlot(of: index)
        guard mayRetryConnection(index) else {
            note(index, hasResources ? .serverAborted : .resources, .connect)
            return .unavailable
        }
        if mayRedispatch(index, from: slot) {
            connections[index].wanted = -1
            return placeElsewhere(index, than: slot)
        }
        pause(index, before: slot)
        return .connecting
    }

    /// A new choice that avoids a server where there is another.
    mutating func placeElsewhere(_ index: Int, than slot: UInt32) -> Placement {
        let backend = snapshot.backends[Int(connections[index].backend)]
        return placeAnew(index, avoiding: backend.servers.count > 1 ? backend.place(of: slot) : -1)
    }

    /// `placeRequest` for all but the first try, so that its code is there twice only.
    @inline(never)
    mutating func placeAnew(_ index: Int, avoiding avoided: Int = -1) -> Placement {
        placeRequest(index, avoiding: avoided)
    }

    /// Counts a session on the slot.
    @inline(__always)
    private func takeSlot(_ slot: UInt32, for index: Int) {
        connections[index].slot = slot
        connections[index].holdsSlot = true
        connections[index].shutdownsBefore = UInt32(
            truncatingIfNeeded: gates.servers.shutdowns(Int(slot))
        )
        records[index].slot = slot
        records[index].hasServer = true
        records[index].placed = now
        let current = arena.add(1, to: .currentSessions, of: slot, worker: number)
        arena.add(1, to: .totalSessions, of: slot, worker: number)
        if current > arena.value(.maxSessions, of: slot, worker: number) {
            arena.set(current, to: .maxSessions, of: slot, worker: number)
        }
    }

    /// Gives the session back, and with it the place that others may wait for.
    @inline(__always)
    mutating func releaseSlot(of index: Int) {
        guard connections[index].holdsSlot else { return }
        connections[index].holdsSlot = false
        arena.add(-1, to: .currentSessions, of: connections[index].slot, worker: number)
        guard connections[index].holdsPlace else { return }
        connections[index].holdsPlace = false
        givePlace(connections[index].slot, backend: Int(connections[index].backend))
    }

    /// Counts a session on the backend.
    @inline(__always)
    func enterBackend(_ index: Int) {
        connections[index].isInBackend = true
        let backend = Int(connections[index].backend)
        totals.add(1, to: TrafficCounters.Backend.totalSessions, of: backend, worker: number)
        totals.add(1, to: TrafficCounters.Backend.currentSessions, of: backend, worker: number)
    }

    /// Gives it back.
    @inline(__always)
    func leaveBackend(_ index: Int) {
        guard connections[index].isInBackend else { return }
        connections[index].isInBackend = false
        totals.add(
            -1,
            to: TrafficCounters.Backend.currentSessions,
            of: Int(connections[index].backend),
            worker: number
        )
    }
}

extension BackendSnapshot {
    /// The server of a slot, if it takes requests or at least those that belong to it, or is forced to.
    @inline(never)
    func server(of slot: UInt32, isForced: Bool = false) -> ServerSnapshot? {
        let place = place(of: slot)
        if place >= 0 { return servers[place] }
        for index in cookieServers.indices
        where cookieServers[index].server.slot == slot && (cookieServers[index].isUp || isForced) {
            return cookieServers[index].server
        }
        return nil
    }

    /// Where in `servers` a slot is, -1 when it takes no requests now.
    func place(of slot: UInt32) -> Int {
        for index in servers.indices where servers[index].slot == slot { return index }
        return -1
    }
}
