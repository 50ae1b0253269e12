/// Requests that wait because servers are at their `maxconn`.
///
/// Places are counted for all workers together in `PlaceGates`. A worker that gives a place back hands it, still
/// taken, to the next worker with someone waiting, by mailbox; who enqueues looks once more for a place, so that
/// none given back in between is lost. Requests leave the list of their own worker only, so nothing stale is ever
/// handed a place: a worker that finds nobody waiting any more passes the place on.
extension Worker {
    /// Takes a place at the chosen server, or at any other where the request is not bound to it, or waits.
    @inline(never)
    mutating func placeWithin(_ server: ServerSnapshot, _ backend: BackendSnapshot, _ index: Int)
        -> Placement
    {
        if takePlace(server, backend, index) { return assign(server, to: index) }
        let isBound = connections[index].wanted >= 0 || connections[index].key.isPresent
        if !isBound, let other = serverWithPlace(backend, index) {
            return assign(other, to: index)
        }
        let limit = Int(server.options.maxqueue)
        if isBound, limit > 0, arena.sum(.queued, of: server.slot) >= limit {
            guard backend.redispatches, let other = serverWithPlace(backend, index) else {
                note(index, .serverAborted, .queue)
                return .unavailable
            }
            records[index].isRedispatched = true
            return assign(other, to: index)
        }
        enterQueue(index, slot: isBound ? Int32(server.slot) : -1)
        return placeQueued(index)
    }

    /// How many requests a server may have now (`srv_dynamic_maxconn`, HAProxy 2.6).
    private func limit(of server: ServerSnapshot, _ backend: BackendSnapshot, _ number: Int) -> Int
    {
        let (least, most) = (Int(server.options.minconn), Int(server.maxconn))
        guard least > 0, least < most else { return most }
        let full = max(1, Int(backend.options.fullconn))
        let sessions = totals.sessions(ofBackend: number)
        return sessions >= full ? most : max(least, sessions * most / full)
    }

    private func takePlace(
        _ server: ServerSnapshot,
        _ backend: BackendSnapshot,
        _ index: Int
    ) -> Bool {
        guard server.maxconn > 0 else { return true }
        let limit = limit(of: server, backend, Int(connections[index].backend))
        guard gates.servers.take(Int(server.slot), limit: limit) else { return false }
        connections[index].holdsPlace = true
        return true
    }

    /// Any server that has a place, which is taken then.
    private func serverWithPlace(_ backend: BackendSnapshot, _ index: Int) -> ServerSnapshot? {
        for place in backend.servers.indices where takePlace(backend.servers[place], backend, index)
        {
            return backend.servers[place]
        }
        return nil
    }

    // MARK: Waiting

    private mutating func enterQueue(_ index: Int, slot: Int32) {
        connections[index].phase = .queued
        connections[index].queuedSlot = slot
        connections[index].next = 0
        connections[index].previous = lastQueued
        if lastQueued != 0 {
            connections[Int(lastQueued)].next = Int32(index)
        } else {
            firstQueued = Int32(index)
        }
        lastQueued = Int32(index)
        countQueued(index)
        let timeouts = snapshot.backends[Int(connections[index].backend)].timeouts
        arm(index, timeouts.queue == 0 ? timeouts.connect : timeouts.queue)
    }

    /// Counts the request in, and tells other workers that someone waits here.
    private func countQueued(_ index: Int) {
        let backend = Int(connections[index].backend)
        let slot = connections[index].queuedSlot
        if slot < 0 {
            records[index].backendQueue = Int32(clamping: totals.queued(ofBackend: backend))
            if totals.enqueue(backend: backend, worker: number) == 1 {
                gates.backends.setWaits(true, backend, worker: number)
            }
        } else {
            records[index].serverQueue = Int32(clamping: arena.sum(.queued, of: UInt32(slot)))
            let count = arena.add(1, to: .queued, of: UInt32(slot), worker: number)
            if count > arena.value(.maxQueued, of: UInt32(slot), worker: number) {
                arena.set(count, to: .maxQueued, of: UInt32(slot), worker: number)
            }
            if count == 1 { gates.servers.setWaits(true, Int(slot), worker: number) }
        }
    }

    mutating func leaveQueue(_ index: Int) {
        let (next, previous) = (connections[index].next, connections[index].previous)
        if previous != 0 { connections[Int(previous)].next = next } else { firstQueued = next }
        if next != 0 { connections[Int(next)].previous = previous } else { lastQueued = previous }
        if Int(nextToLook) == index { nextToLook = next }
        connections[index].next = 0
        connections[index].previous = 0
        connections[index].phase = .connecting
        timers.clear(index)
        let backend = Int(connections[index].backend)
        let slot = connections[index].queuedSlot
        if slot < 0 {
            if totals.dequeue(backend: backend, worker: number) == 0 {
                gates.backends.setWaits(false, backend, worker: number)
            }
        } else if arena.add(-1, to: .queued, of: UInt32(slot), worker: number) == 0 {
            gates.servers.setWaits(false, Int(slot), worker: number)
        }
    }

    /// Looks for a place for a request that waits.
    private mutating func placeQueued(_ index: Int) -> Placement {
        let backend = snapshot.backends[Int(connections[index].backend)]
        let slot = connections[index].queuedSlot
        var isFree = slot < 0
        if slot >= 0 {
            let server = backend.server(of: UInt32(slot))
            // A server that takes no requests any more lets its queue go elsewhere.
            isFree = server == nil
            if let server, takePlace(server, backend, index) {
                leaveQueue(index)
                return assign(server, to: index)
            }
        }
        if backend.servers.isEmpty, isFree {
            leaveQueue(index)
            return .unavailable
        }
        guard isFree, let server = serverWithPlace(backend, index) else { return .queued }
        leaveQueue(index)
        return assign(server, to: index)
    }

    /// Looks for places for all that wait, oldest first; a bounded number at a time, going on where the last look
    /// ended, because those in front may all wait for one server.
    ///
    /// Places given back are handed over; this notices what nobody hands over: servers that came or got a
    /// greater limit.
    mutating func serveQueue() {
        var looks = 64
        if nextToLook == 0 { nextToLook = firstQueued }
        while nextToLook != 0, looks > 0 {
            looks -= 1
            let index = Int(nextToLook)
            nextToLook = connections[index].next
            finish(placeQueued(index), ofQueued: index)
        }
    }

    private mutating func finish(_ placement: Placement, ofQueued index: Int) {
        switch placement {
        case .queued, .connecting: return
        case .reused(let upstream): sendHeld(index, upstream)
        case .unavailable:
            note(index, .serverAborted, .queue)
            giveUp(index, status: 503)
        }
    }

    // MARK: Handing over

    /// Gives a place back, to someone who waits if there is anyone.
    @inline(never)
    mutating func givePlace(_ slot: UInt32, backend: Int) {
        if handOver(slot, backend) { return }
        gates.servers.give(Int(slot))
        // Who enqueued meanwhile still saw the server full.
        guard isAwaited(slot, backend), let server = snapshot.backends[backend].server(of: slot)
        else { return }
        let limit = limit(of: server, snapshot.backends[backend], backend)
        guard gates.servers.take(Int(slot), limit: limit) else { return }
        if !handOver(slot, backend) { gates.servers.give(Int(slot)) }
    }

    private func isAwaited(_ slot: UInt32, _ backend: Int) -> Bool {
        gates.servers.waiters(Int(slot)) | gates.backends.waiters(backend) != 0
    }

    /// Lets the next worker with someone waiting have a place that stays taken; false when nobody waits, or
    /// the server has more requests than its limit allows now.
    private mutating func handOver(_ slot: UInt32, _ backend: Int) -> Bool {
        var waiters = gates.servers.waiters(Int(slot))
        if waiters == 0 { waiters = gates.backends.waiters(backend) }
        guard waiters != 0, let server = snapshot.backends[backend].server(of: slot),
            server.maxconn > 0,
            gates.servers.taken(Int(slot)) <= limit(of: server, snapshot.backends[backend], backend)
        else { return false }
        // The next one after this worker, this one last, so that all get their turn.
        let later = waiters & ~((UInt(2) << UInt(number)) &- 1)
        let worker = (later != 0 ? later : waiters).trailingZeroBitCount
        let isOwn = worker == number && places.put(UInt64(slot) | UInt64(backend) << 32)
        if !isOwn { mailboxes[worker].post(.place(slot: slot, backend: Int32(backend))) }
        return true
    }

    /// Uses the places that this worker handed to itself.
    mutating func usePlaces() {
        for _ in 0..<places.count {
            guard let place = places.take() else { return }
            usePlace(UInt32(truncatingIfNeeded: place), backend: Int(place >> 32))
        }
    }

    /// A place that is already taken: for the oldest here that waits for it.
    mutating func usePlace(_ slot: UInt32, backend: Int) {
        let index = firstWaiting(for: slot, backend)
        guard index != 0, let server = snapshot.backends[backend].server(of: slot) else {
            givePlace(slot, backend: backend)
            return
        }
        leaveQueue(index)
        connections[index].holdsPlace = true
        finish(assign(server, to: index), ofQueued: index)
    }

    private func firstWaiting(for slot: UInt32, _ backend: Int) -> Int {
        var index = Int(firstQueued)
        var other = 0
        while index != 0 {
            if connections[index].queuedSlot == Int32(slot) { return index }
            if other == 0, connections[index].queuedSlot < 0,
                Int(connections[index].backend) == backend
            {
                other = index
            }
            index = Int(connections[index].next)
        }
        return other
    }
}
