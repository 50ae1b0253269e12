/// Second chances: connections that failed, and responses that `retry-on` does not accept.
extension Worker {
    /// No connection to the server: tries again, or gives up.
    mutating func failConnect(_ upstream: Int, isTimeout: Bool = false) {
        let client = Int(connections[upstream].peer)
        let slot = connections[upstream].slot
        arena.add(1, to: .connectErrors, of: slot, worker: number)
        observe(.connection, upstream)
        closeUpstream(upstream)
        connections[client].peer = 0
        releaseSlot(of: client)
        guard mayRetryConnection(client) else {
            note(client, isTimeout ? .serverTimeout : .serverAborted, .connect)
            giveUp(client, status: 503)
            return
        }
        if mayRedispatch(client, from: slot) {
            placeAgain(client, than: slot)
        } else {
            pause(client, before: slot)
        }
    }

    /// One more try, or false when there have been enough.
    func mayRetryConnection(_ index: Int) -> Bool {
        let backend = snapshot.backends[Int(connections[index].backend)]
        return backend.options.retryOn.contains(.connectionFailure) && countAttempt(index)
    }

    func countAttempt(_ index: Int) -> Bool {
        let limit = snapshot.backends[Int(connections[index].backend)].retries
        guard connections[index].attempts < limit else { return false }
        connections[index].attempts += 1
        records[index].retries += 1
        arena.add(1, to: .retries, of: connections[index].slot, worker: number)
        return true
    }

    /// Whether this retry may go to another server (`stream_choose_redispatch`, HAProxy 2.6): when the server is
    /// gone; under `option redispatch` at its interval, or at once where the algorithm does not care.
    func mayRedispatch(_ index: Int, from slot: UInt32) -> Bool {
        let backend = snapshot.backends[Int(connections[index].backend)]
        if backend.server(of: slot) == nil { return true }
        guard backend.redispatches else { return false }
        let attempts = Int(connections[index].attempts)
        let interval = Int(backend.options.redispatchInterval)
        let isDue =
            interval > 0
            ? attempts % interval == 0
            : interval < 0 && attempts % max(1, Int(backend.retries) + 1 + interval) == 0
        let isIndifferent =
            connections[index].wanted < 0
            && [.roundRobin, .staticRoundRobin, .random].contains(backend.algorithm)
        return isDue || isIndifferent && backend.servers.count > 1
    }

    /// Waits before the same server is tried again: it may be restarting.
    mutating func pause(_ index: Int, before slot: UInt32) {
        connections[index].wanted = Int32(slot)
        connections[index].phase = .waiting
        let connect = snapshot.backends[Int(connections[index].backend)].timeouts.connect
        arm(index, connect == 0 ? 1000 : min(1000, connect))
    }

    /// The pause is over.
    mutating func resumeWaiting(_ index: Int) {
        connections[index].phase = .connecting
        go(index, placeAnew(index))
    }

    /// Finds the held request another place.
    mutating func placeAgain(_ index: Int, than slot: UInt32) {
        connections[index].wanted = -1
        let placement = placeElsewhere(index, than: slot)
        if connections[index].holdsSlot, connections[index].slot != slot {
            records[index].isRedispatched = true
            arena.add(1, to: .redispatches, of: connections[index].slot, worker: number)
        }
        go(index, placement)
    }

    private mutating func go(_ index: Int, _ placement: Placement) {
        switch placement {
        case .reused(let upstream): sendHeld(index, upstream)
        case .connecting, .queued: break
        case .unavailable:
            note(index, .serverAborted, .connect)
            giveUp(index, status: 503)
        }
    }

    /// Answers for a request that no server got.
    mutating func giveUp(_ index: Int, status: Int) {
        connections[index].phase = connections[index].body.isComplete ? .receiving : .idle
        replyAndResume(index, status: status)
    }

    /// The server connection died before any byte of a response: the request is sent once more if it may be.
    mutating func retry(_ upstream: Int) {
        let client = Int(connections[upstream].peer)
        let mayRepeat =
            connections[upstream].wasReused && connections[client].isReplayable
            && !connections[client].request.isEmpty
        guard mayRepeat else {
            observe(.closed, upstream)
            if retryResponse(upstream, client, .emptyResponse) { return }
            note(client, .serverAborted, .header)
            _ = failResponse(upstream, client, status: 502)
            return
        }
        let slot = connections[upstream].slot
        closeUpstream(upstream)
        connections[client].peer = 0
        releaseSlot(of: client)
        arena.add(1, to: .retries, of: slot, worker: number)
        records[client].retries += 1
        // Not another pooled one: they may all have been closed for the same reason.
        purgeIdle(slot)
        connections[client].phase = .connecting
        go(client, placeAnew(client))
    }

    /// Sends the whole request again after a response that `retry-on` names; false when that may not be.
    @inline(never)
    mutating func retryResponse(_ upstream: Int, _ client: Int, _ condition: RetryConditions)
        -> Bool
    {
        let backend = snapshot.backends[Int(connections[client].backend)]
        guard !condition.isEmpty, backend.options.retryOn.contains(condition),
            connections[client].holdsRequest, connections[client].phase == .receiving,
            !connections[client].hasResponse, !connections[client].request.isEmpty,
            countAttempt(client)
        else { return false }
        let slot = connections[upstream].slot
        closeUpstream(upstream)
        connections[client].peer = 0
        releaseSlot(of: client)
        connections[client].phase = .connecting
        if mayRedispatch(client, from: slot) {
            placeAgain(client, than: slot)
        } else {
            connections[client].wanted = Int32(slot)
            go(client, placeAnew(client))
        }
        return true
    }

    /// Keeps what was sent of a request for `retry-on`, as long as it is small.
    mutating func hold(_ bytes: ByteSlice, of index: Int) {
        guard connections[index].holdsRequest else { return }
        if connections[index].request.count + bytes.count > RequestParser.headLimit {
            connections[index].holdsRequest = false
            connections[index].request.clear(to: pool)
        } else {
            connections[index].request.append(bytes, from: pool)
        }
    }
}
