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
        case .waiting: resumeWaiting(index)
        case .tarpit: _ = reply(index, status: 0, by: .tarpit(connections[index].lastReply))
        case .tunnel:
            note(index, .clientTimeout, .data)
            closeClient(index)
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
            giveUp(index, status: 503)
        case .receiving where connections[index].output.isEmpty: break
        default:
            if connections[index].phase == .handshake { logFailure(index, .timeout) }
            note(index, .clientTimeout, stage(of: index))
            closeClient(index)
        }
    }

    private mutating func expireUpstream(_ upstream: Int) {
        let client = Int(connections[upstream].peer)
        if client == 0 {
            expireIdle(upstream)
        } else if connections[client].phase == .tunnel {
            note(client, .serverTimeout, .data)
            closeClient(client)
        } else if connections[upstream].isConnecting {
            failConnect(upstream, isTimeout: true)
        } else if connections[client].phase == .sending
            || connections[client].output.count >= Self.outputBound
        {
            // Not the server's turn: the client has its own deadline.
            armUpstream(upstream)
        } else {
            if !connections[upstream].hasResponse { observe(.timeout, upstream) }
            if retryResponse(upstream, client, .responseTimeout) { return }
            connections[client].request.clear(to: pool)
            note(client, .serverTimeout, connections[client].hasResponse ? .data : .header)
            _ = failResponse(upstream, client, status: 504)
        }
    }
}
