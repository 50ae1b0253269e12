extension Worker {
    /// Sets a deadline in `timeout` milliseconds; 0 stands for none.
    @inline(__always)
    mutating func arm(_ index: Int, _ timeout: UInt32) {
        if timeout == 0 {
            timers.clear(index)
        } else {
            timers.set(index, deadline: now + Int64(timeout))
        }
    }

    /// The client has to do something: take its output or send its body.
    @inline(__always)
    mutating func armClient(_ index: Int) {
        arm(index, snapshot.frontends[Int(connections[index].frontend)].timeouts.client)
    }

    /// The server has to do something.
    @inline(__always)
    mutating func armUpstream(_ upstream: Int) {
        let client = Int(connections[upstream].peer)
        arm(upstream, snapshot.backends[Int(connections[client].backend)].timeouts.server)
    }

    /// A deadline has passed.
    mutating func expire(_ index: Int) {
        switch connections[index].role {
        case .client: expireClient(index)
        case .upstream: expireUpstream(index)
        case .listener: epoll.watchLevel(Descriptor(Int32(index)), token: token(of: index))
        case .free, .mailbox: break
        }
    }

    private mutating func expireClient(_ index: Int) {
        // Its last answer was not taken in time.
        if connections[index].closesWhenSent {
            closeClient(index)
            return
        }
        switch connections[index].phase {
        case .idle where connections[index].hasStarted:
            countRequestError(index)
            note(index, .clientTimeout, .request)
            connections[index].keepsAlive = false
            _ = reply(index, status: 408)
        case .sending where !connections[index].hasResponse:
            countRequestError(index)
            note(index, .clientTimeout, .data)
            _ = reply(index, status: 408)
        case .queued:
            leaveQueue(index)
            note(index, .serverTimeout, .queue)
            connections[index].keepsAlive = false
            connections[index].phase = .receiving
            _ = reply(index, status: 503)
        case .receiving where connections[index].output.isEmpty: break
        default:
            note(index, .clientTimeout, stage(of: index))
            closeClient(index)
        }
    }

    private mutating func expireUpstream(_ upstream: Int) {
        let client = Int(connections[upstream].peer)
        if client == 0 {
            closeUpstream(upstream)
        } else if connections[upstream].isConnecting {
            failConnect(upstream, isTimeout: true)
        } else if connections[client].phase == .sending
            || connections[client].output.count >= Self.outputBound
        {
            // Not the server's turn: the client has its own deadline.
            armUpstream(upstream)
        } else {
            connections[client].request.clear(to: pool)
            note(client, .serverTimeout, connections[client].hasResponse ? .data : .header)
            _ = failResponse(upstream, client, status: 504)
        }
    }

    // MARK: The queue for servers that are full

    /// Holds the request until a server has a place.
    mutating func enterQueue(_ index: Int) {
        connections[index].phase = .queued
        connections[index].next = 0
        connections[index].previous = lastQueued
        if lastQueued != 0 {
            connections[Int(lastQueued)].next = Int32(index)
        } else {
            firstQueued = Int32(index)
        }
        lastQueued = Int32(index)
        let timeouts = snapshot.backends[Int(connections[index].backend)].timeouts
        arm(index, timeouts.queue == 0 ? timeouts.connect : timeouts.queue)
    }

    mutating func leaveQueue(_ index: Int) {
        let (next, previous) = (connections[index].next, connections[index].previous)
        if previous != 0 { connections[Int(previous)].next = next } else { firstQueued = next }
        if next != 0 { connections[Int(next)].previous = previous } else { lastQueued = previous }
        connections[index].next = 0
        connections[index].previous = 0
        timers.clear(index)
    }

    /// Looks for places, oldest request first; a bounded number, because all of them may wait for one server.
    mutating func serveQueue() {
        var index = Int(firstQueued)
        var looks = 64
        while index != 0, looks > 0 {
            looks -= 1
            let next = Int(connections[index].next)
            tryQueued(index)
            // Trying one may have answered others.
            guard next == 0 || connections[next].phase == .queued else { return }
            index = next
        }
    }

    private mutating func tryQueued(_ index: Int) {
        switch placeRequest(index, isQueued: true) {
        case .queued: return
        case .reused(let upstream):
            leaveQueue(index)
            sendHeld(index, upstream)
        case .connecting:
            leaveQueue(index)
        case .unavailable:
            leaveQueue(index)
            note(index, .serverAborted, .queue)
            connections[index].phase = connections[index].body.isComplete ? .receiving : .idle
            replyAndResume(index, status: 503)
        }
    }
}
