extension Worker {
    mutating func handleClient(_ index: Int, _ event: EpollLoop.Event) {
        if event.isHungUp { connections[index].isHungUp = true }
        if connections[index].phase == .tunnel {
            handleTunnelClient(index, event)
            return
        }
        if event.isBroken || event.isHungUp && connections[index].phase == .tarpit {
            note(index, .clientAborted, stage(of: index))
            closeClient(index)
            return
        }
        if event.isHungUp, connections[index].abortsOnClose, isAwaitingResponse(index) {
            note(index, .clientAborted, stage(of: index))
            closeClient(index)
            return
        }
        if event.isWritable, !connections[index].output.isEmpty {
            guard flush(index) else {
                note(index, .clientAborted, stage(of: index))
                closeClient(index)
                return
            }
            guard resumeAfterFlush(index) else { return }
        }
        if event.isReadable {
            connections[index].isReadable = true
            readClient(index)
        }
    }

    /// Nothing has come back from a server yet.
    private func isAwaitingResponse(_ index: Int) -> Bool {
        switch connections[index].phase {
        case .queued, .waiting, .connecting, .receiving: !connections[index].hasResponse
        case .idle, .proxyHeader, .handshake, .sending, .tunnel, .lingering, .tarpit: false
        }
    }

    /// Goes on with what waited for the client to take its output; false when the client is gone.
    private mutating func resumeAfterFlush(_ index: Int) -> Bool {
        let generation = connections[index].generation
        if connections[index].output.isEmpty {
            if connections[index].closesWhenSent {
                finishClosing(index)
                return connections[index].generation == generation
            }
            if connections[index].phase == .receiving { timers.clear(index) }
        } else {
            armClient(index)
        }
        guard connections[index].output.count < Self.outputBound else { return true }
        let upstream = Int(connections[index].peer)
        if upstream != 0, connections[upstream].isReadable { readUpstream(upstream) }
        guard connections[index].generation == generation else { return false }
        readClient(index)
        return connections[index].generation == generation
    }

    /// Whether bytes from the client can be used now.
    @inline(__always)
    func wantsInput(_ index: Int) -> Bool {
        switch connections[index].phase {
        case .idle, .proxyHeader, .handshake:
            return connections[index].output.count < Self.outputBound
                && !connections[index].closesWhenSent
        case .sending:
            let upstream = Int(connections[index].peer)
            return upstream != 0 && connections[upstream].output.count < Self.outputBound
        case .tunnel:
            let upstream = Int(connections[index].peer)
            return !connections[index].hasEnded && upstream != 0
                && connections[upstream].output.count < Self.outputBound
        case .lingering: return true
        case .queued, .waiting, .connecting, .receiving, .tarpit: return false
        }
    }

    /// Reads and uses what the client sends until it pauses, or its exchange makes it wait.
    mutating func readClient(_ index: Int) {
        var budget = Self.readBudget
        while wantsInput(index) {
            if !connections[index].input.isEmpty, !connections[index].needsMoreInput {
                let used = use(index, connections[index].input.bytes)
                if used < 0 { return }
                connections[index].input.removeFirst(used, to: pool)
                connections[index].needsMoreInput = used == 0
                continue
            }
            guard connections[index].isReadable else { break }
            if budget == 0, again.put(token(of: index)) { return }
            budget -= 1
            guard receiveFromClient(index) else { return }
        }
        // While a whole request is being answered nothing of the client needs to be known.
        if connections[index].phase != .receiving || connections[index].abortsOnClose {
            register(index)
        }
    }

    /// One read and the use of what it brought; false when the client is gone.
    @inline(__always)
    private mutating func receiveFromClient(_ index: Int) -> Bool {
        if connections[index].tls.isPresent { return receiveSealed(index) }
        guard connections[index].input.isEmpty else { return receiveMore(index) }
        received.clear()
        let result = Descriptor(Int32(index)).receive(into: &received)
        guard case .bytes(let count) = result else { return endInput(index, result) }
        if count < received.capacity, !connections[index].isHungUp {
            connections[index].isReadable = false
        }
        return useAll(index, received.bytes)
    }

    /// Uses what was received and keeps the rest; false when the client is gone.
    @inline(__always)
    mutating func useAll(_ index: Int, _ bytes: ByteSlice) -> Bool {
        var offset = 0
        while offset < bytes.count, wantsInput(index) {
            let used = use(index, bytes.dropFirst(offset))
            if used < 0 { return false }
            if used == 0 {
                connections[index].needsMoreInput = true
                break
            }
            offset += used
        }
        if offset < bytes.count {
            connections[index].input.append(bytes.dropFirst(offset), from: pool)
        }
        return true
    }

    /// Reads behind input that is not complete.
    @inline(never)
    private mutating func receiveMore(_ index: Int) -> Bool {
        let before = connections[index].input.count
        let result = connections[index].input.receive(
            from: Descriptor(Int32(index)),
            limit: RequestParser.headLimit,
            pool: pool
        )
        guard case .bytes(let count) = result else { return endInput(index, result) }
        if count < RequestParser.headLimit, !connections[index].isHungUp {
            connections[index].isReadable = false
        }
        // A header is parsed again only when a line was completed, so that one byte at a time costs little.
        settleInput(index, behind: before)
        return true
    }

    /// Whether what came behind `before` bytes of input is worth another look at all of it.
    @inline(__always)
    mutating func settleInput(_ index: Int, behind before: Int) {
        let input = connections[index].input.bytes
        connections[index].needsMoreInput =
            connections[index].phase == .idle && !connections[index].awaitsBody
            && input.count < RequestParser.headLimit
            && !input.dropFirst(before).contains(10)
    }

    /// The client paused, ended or was lost; false when it is gone.
    mutating func endInput(_ index: Int, _ result: Transfer) -> Bool {
        connections[index].isReadable = false
        guard result != .wouldBlock else { return true }
        if connections[index].phase == .tunnel { return endTunnelInput(index, result) }
        if connections[index].phase == .handshake {
            let isUnbegun = !connections[index].tls.hasBegun
            logFailure(index, !isUnbegun ? .handshake : result == .end ? .empty : .aborted)
        }
        if result == .end, connections[index].phase == .idle {
            if !connections[index].output.isEmpty {
                closeWhenSent(index, lingers: false)
                return false
            }
            if connections[index].hasStarted { countRequestError(index) }
        }
        note(index, .clientAborted, stage(of: index))
        closeClient(index)
        return false
    }

    /// Uses bytes as the phase demands: how many, 0 when more are needed, -1 when the client is gone.
    @inline(__always)
    private mutating func use(_ index: Int, _ bytes: ByteSlice) -> Int {
        switch connections[index].phase {
        case .idle: return startRequest(index, bytes)
        case .tunnel: return forwardToServer(index, bytes)
        case .proxyHeader: return readProxyHeader(index, bytes)
        case .handshake: return openBehindProxyHeader(index, bytes)
        case .sending: return forwardBody(index, bytes)
        default: return bytes.count
        }
    }

    /// Passes on the body of a request; the same results as `use`.
    private mutating func forwardBody(_ index: Int, _ bytes: ByteSlice) -> Int {
        let upstream = Int(connections[index].peer)
        let used: Int
        if connections[index].body.isChunked {
            outgoing.clear()
            used = transferBody(of: index, bytes)
            guard used >= 0 else {
                refuseBody(index)
                return -1
            }
            countIn(index, used)
            hold(outgoing.bytes, of: index)
            guard outgoing.count == 0 || send(upstream, outgoing.bytes) else {
                return loseUpstream(upstream)
            }
        } else {
            used = connections[index].body.take(bytes.count)
            countIn(index, used)
            hold(bytes.prefix(used), of: index)
            guard send(upstream, bytes.prefix(used)) else { return loseUpstream(upstream) }
        }
        connections[index].isReplayable = false
        if connections[index].body.isComplete { requestSent(index) } else { armClient(index) }
        return used
    }

    /// The server closed while the request was being sent: what it said before may still be read.
    private mutating func loseUpstream(_ upstream: Int) -> Int {
        connections[upstream].isReadable = true
        let client = Int(connections[upstream].peer)
        connections[client].phase = .receiving
        connections[client].keepsAlive = false
        connections[upstream].output.clear(to: pool)
        readUpstream(upstream)
        return -1
    }

    /// A body that breaks the rules of chunks: nothing more of it is forwarded.
    private mutating func refuseBody(_ index: Int) {
        countRequestError(index)
        note(index, .proxy, .data)
        if connections[index].hasResponse {
            closeClient(index)
        } else {
            _ = reply(index, status: 400)
        }
    }

    /// The whole request is out: from now on the server's timeout runs.
    @inline(__always)
    mutating func requestSent(_ index: Int) {
        connections[index].phase = .receiving
        if connections[index].output.isEmpty { timers.clear(index) }
        armUpstream(Int(connections[index].peer))
    }

    func countRequestError(_ index: Int) {
        totals.add(
            1,
            to: TrafficCounters.Frontend.requestErrors,
            of: Int(connections[index].frontend),
            worker: number
        )
    }
}
