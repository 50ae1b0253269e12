/// Idle server connections, kept by each worker for itself: those that were reused before (`firstProven`), the
/// others (`firstIdle`), and under `http-reuse never` one for each client.
extension Worker {
    /// An idle connection to the slot that the request may use, now the client's; 0 when there is none.
    @inline(__always)
    mutating func takeIdle(_ slot: UInt32, for index: Int) -> Int {
        while true {
            let upstream = findIdle(slot, for: index)
            guard upstream != 0 else { return 0 }
            unlinkIdle(upstream)
            // A request that cannot be sent twice gets a connection that was just seen to stand.
            if !connections[index].isReplayable, !Descriptor(Int32(upstream)).isQuiet {
                arena.add(1, to: .usedConnections, of: slot, worker: number)
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

    /// By HAProxy's table of strategies and first or later requests (`connect_server`, 2.6).
    @inline(__always)
    private func findIdle(_ slot: UInt32, for index: Int) -> Int {
        let own = Int(connections[index].own)
        if own != 0, connections[own].slot == slot { return own }
        let reuse = snapshot.backends[Int(connections[index].backend)].options.reuse
        let isFirst = records[index].isFirst
        if connections[index].isTCP || reuse == .never || reuse == .safe && isFirst { return 0 }
        let proven = arena.value(.firstProven, of: slot, worker: number)
        if isFirst, proven != 0 || reuse == .aggressive { return proven }
        let idle = arena.value(.firstIdle, of: slot, worker: number)
        return idle != 0 ? idle : proven
    }

    @inline(__always)
    func attach(_ upstream: Int, to index: Int) {
        connections[upstream].peer = Int32(index)
        connections[upstream].hasResponse = false
        connections[upstream].interimResponses = 0
        connections[upstream].needsMoreInput = false
        connections[index].peer = Int32(upstream)
        arena.add(1, to: .usedConnections, of: connections[upstream].slot, worker: number)
    }

    /// Keeps a connection for a later request to its slot, of this client where reuse demands it.
    @inline(__always)
    mutating func park(_ upstream: Int, after client: Int) {
        let slot = connections[upstream].slot
        if connections[upstream].poolLimit >= 0,
            arena.value(.idleConnections, of: slot, worker: number)
                >= Int(connections[upstream].poolLimit)
        {
            closeUpstream(upstream)
            return
        }
        connections[upstream].peer = 0
        connections[upstream].isIdle = true
        arena.add(1, to: .idleConnections, of: slot, worker: number)
        arena.add(-1, to: .usedConnections, of: slot, worker: number)
        timers.set(upstream, deadline: now + Int64(connections[upstream].purgeDelay))
        if connections[upstream].namesClient
            || snapshot.backends[Int(connections[client].backend)].options.reuse == .never
        {
            keepPrivate(upstream, for: client)
            return
        }
        let list: SlotArena.Counter = connections[upstream].wasReused ? .firstProven : .firstIdle
        let first = arena.value(list, of: slot, worker: number)
        connections[upstream].next = Int32(first)
        connections[upstream].previous = 0
        if first != 0 { connections[first].previous = Int32(upstream) }
        arena.set(upstream, to: list, of: slot, worker: number)
    }

    @inline(never)
    private mutating func keepPrivate(_ upstream: Int, for client: Int) {
        let other = Int(connections[client].own)
        connections[upstream].isPrivate = true
        connections[upstream].previous = Int32(client)
        connections[client].own = Int32(upstream)
        guard other != 0 else { return }
        connections[other].isPrivate = false
        connections[other].isIdle = false
        arena.add(-1, to: .idleConnections, of: connections[other].slot, worker: number)
        release(other)
    }

    @inline(__always)
    func unlinkIdle(_ upstream: Int) {
        let (next, previous) = (connections[upstream].next, connections[upstream].previous)
        let slot = connections[upstream].slot
        if connections[upstream].isPrivate {
            connections[upstream].isPrivate = false
            connections[Int(previous)].own = 0
        } else {
            if previous != 0 {
                connections[Int(previous)].next = next
            } else {
                let isProven = connections[upstream].wasReused
                arena.set(
                    Int(next),
                    to: isProven ? .firstProven : .firstIdle,
                    of: slot,
                    worker: number
                )
            }
            if next != 0 { connections[Int(next)].previous = previous }
        }
        arena.add(-1, to: .idleConnections, of: slot, worker: number)
        connections[upstream].next = 0
        connections[upstream].previous = 0
        connections[upstream].isIdle = false
    }

    /// An idle connection was not used for its `pool-purge-delay`: every other one is closed, so that about half
    /// of the unneeded go each time, as in HAProxy.
    mutating func expireIdle(_ upstream: Int) {
        purgesNext.toggle()
        if purgesNext || connections[upstream].purgeDelay == 0 {
            closeUpstream(upstream)
        } else {
            timers.set(upstream, deadline: now + Int64(connections[upstream].purgeDelay))
        }
    }

    /// Closes the idle connections to a slot.
    mutating func purgeIdle(_ slot: UInt32) {
        closeIdle(in: .firstIdle, of: slot)
        closeIdle(in: .firstProven, of: slot)
        guard arena.value(.idleConnections, of: slot, worker: number) > 0 else { return }
        for index in 0..<tableEnd
        where connections[index].role == .upstream && connections[index].isPrivate
            && connections[index].slot == slot
        {
            closeUpstream(index)
        }
    }

    private mutating func closeIdle(in list: SlotArena.Counter, of slot: UInt32) {
        while true {
            let upstream = arena.value(list, of: slot, worker: number)
            guard upstream != 0 else { return }
            closeUpstream(upstream)
        }
    }

    /// Closes a server connection, idle or in use; its client is the caller's to look after.
    ///
    /// By reset unless the server has closed already, as HAProxy does: whoever closes first keeps the port in
    /// TIME_WAIT for a minute, and a proxy would run out of ports; it also saves both sides two segments.
    mutating func closeUpstream(_ upstream: Int) {
        if connections[upstream].isIdle {
            unlinkIdle(upstream)
        } else {
            arena.add(-1, to: .usedConnections, of: connections[upstream].slot, worker: number)
        }
        release(upstream, byReset: !connections[upstream].isHungUp)
    }
}
