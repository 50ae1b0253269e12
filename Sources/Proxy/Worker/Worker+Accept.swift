extension Worker {
    /// Takes in what waits at a listener, at most 64 a call; false when nobody more can be taken in now. A full
    /// table refuses by closing.
    @discardableResult
    mutating func accept(_ listener: Int) -> Bool {
        let frontend = connections[listener].frontend
        let acceptsProxy = connections[listener].acceptsProxy
        var address = SocketAddress()
        for _ in 0..<64 {
            guard limits.allow(Int(frontend), totals), limits.allowRate(now: now) else {
                pause(listener)
                return false
            }
            let descriptor: Descriptor
            switch Descriptor(Int32(listener)).accept(from: &address) {
            case .connection(let accepted): descriptor = accepted
            case .none: return false
            case .failed:
                // Out of descriptors or memory; the client waits in the kernel's queue.
                pause(listener)
                return false
            }
            limits.countAccept(worker: number, now: now)
            activity.accepted &+= 1
            let index = Int(descriptor.number)
            guard index < connections.count else {
                descriptor.close()
                continue
            }
            open(descriptor, as: .client)
            connections[index].frontend = frontend
            connections[index].address = address
            connections[index].bind = connections[listener].bind
            clientCount += 1
            totals.open(frontend: Int(frontend), worker: number)
            if snapshot.frontends[Int(frontend)].options.probesClients { descriptor.setKeepAlive() }
            guard admits(index) else {
                closeClient(index)
                continue
            }
            if acceptsProxy {
                awaitProxyHeader(index)
            } else if connections[index].bind >= 0 {
                awaitHandshake(index)
            } else if snapshot.frontends[Int(frontend)].options.isTCP {
                startSession(index)
                continue
            } else {
                awaitRequest(index, isFirst: true)
            }
            // The first request has often arrived with the connection, which saves registering it at all.
            connections[index].isReadable = true
            readClient(index)
        }
        return true
    }

    /// Accepts nothing for a moment; clients wait in the kernel's queue meanwhile, as in HAProxy.
    private mutating func pause(_ listener: Int) {
        epoll.forget(Descriptor(Int32(listener)))
        timers.set(listener, deadline: now + 20)
    }

    /// Letters from the control thread.
    mutating func readMail() {
        for letter in mailbox.take() {
            activity.letters &+= 1
            switch letter {
            case .purge(let slot): purgeIdle(slot)
            case .place(let slot, let backend): usePlace(slot, backend: Int(backend))
            case .shutdownSessions(let slot): shutdownSessions(slot)
            case .close(let frontend): closeListeners(of: frontend)
            case .census(let census): answer(census)
            case .survey(let survey): answer(survey)
            case .drain: drain()
            case .stop: isStopping = true
            }
        }
    }

    /// Stops accepting; connections close after the request in progress, idle ones within a second.
    ///
    /// Who waits at a listener is let in first: a process that took the sockets over may not use all of them, as
    /// HAProxy, which has one for all threads, and what nobody accepts is reset with the last copy.
    private mutating func drain() {
        isDraining = true
        for index in 0..<tableEnd {
            switch connections[index].role {
            case .listener:
                var rounds = 64
                while rounds > 0, accept(index) { rounds -= 1 }
                release(index)
            case .client where connections[index].phase == .idle:
                timers.set(index, deadline: now + 1000)
            default: break
            }
        }
    }

    private mutating func closeListeners(of frontend: Int) {
        for index in 0..<tableEnd
        where connections[index].role == .listener && connections[index].frontend == frontend {
            release(index)
        }
    }

    /// Spares what was placed since the command: another worker may have read its letter first and passed its
    /// place on to someone who waits here.
    private mutating func shutdownSessions(_ slot: UInt32) {
        let count = UInt32(truncatingIfNeeded: gates.servers.shutdowns(Int(slot)))
        for index in 0..<tableEnd
        where connections[index].role == .client && connections[index].holdsSlot
            && connections[index].slot == slot && connections[index].shutdownsBefore != count
        {
            closeClient(index)
        }
    }

    /// Closes everything, at the end.
    mutating func closeAll() {
        for index in 0..<tableEnd {
            switch connections[index].role {
            case .client: closeClient(index)
            case .upstream: closeUpstream(index)
            case .listener: release(index)
            case .mailbox, .free: break
            }
        }
    }
}
