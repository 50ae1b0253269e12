extension Worker {
    /// A client's turn to send a request.
    @inline(__always)
    mutating func awaitRequest(_ index: Int, isFirst: Bool) {
        connections[index].phase = .idle
        connections[index].peer = 0
        connections[index].hasStarted = false
        connections[index].hasResponse = false
        connections[index].needsMoreInput = false
        connections[index].backend = -1
        connections[index].request.clear(to: pool)
        openRecord(index, isFirst: isFirst)
        let timeouts = snapshot.frontends[Int(connections[index].frontend)].timeouts
        var timeout = isFirst ? timeouts.httpRequest : timeouts.httpKeepAlive
        if timeout == 0 { timeout = timeouts.httpRequest }
        if timeout == 0 { timeout = timeouts.client }
        arm(index, timeout)
    }

    /// Starts the exchange for the request in `bytes`: bytes used, 0 for more needed, -1 when the client is gone.
    mutating func startRequest(_ index: Int, _ bytes: ByteSlice) -> Int {
        beginExchange(index)
        switch bytes.withSpan({ RequestParser.parse($0, into: &request) }) {
        case .complete: break
        case .incomplete:
            beginHeader(index)
            return 0
        case .rejected(let rejection):
            countRequestError(index)
            note(index, .proxy, .request)
            return refuse(index, status: Int(rejection.rawValue))
        }
        let number = Int(connections[index].frontend)
        totals.add(1, to: TrafficCounters.Frontend.requests, of: number, worker: self.number)
        connections[index].method = request.methodKind
        records[index].requested = now
        records[index].method = request.methodKind
        records[index].isVersion10 = request.isVersion10
        connections[index].isVersion10 = request.isVersion10
        connections[index].keepsAlive =
            !isDraining
            && (request.isVersion10
                ? request.fields.connectionKeepAlive : !request.fields.connectionClose)
        let framing = BodyFraming.of(request)
        connections[index].body.start(framing)
        let frontend = snapshot.frontends[number]
        if !frontend.monitorURI.isEmpty,
            bytes[request.target.range].isEqual(to: frontend.monitorURI)
        {
            return answerMonitor(index, bytes, frontend)
        }
        let backend = bytes.withSpan { span in
            Router.backend(for: request, in: span, frontend: frontend, snapshot: snapshot)
        }
        connections[index].backend = backend
        countIn(index, request.byteCount)
        guard backend >= 0, snapshot.backends[Int(backend)].exists else {
            connections[index].backend = -1
            note(index, .serverAborted, .connect)
            return refuse(index, status: 503)
        }
        let isReplayable = framing == .none && request.methodKind.isIdempotent
        return dispatchFirst(
            index,
            bytes,
            addsAddress: frontend.addsForwardedFor,
            isReplayable: isReplayable
        )
    }

    /// Writes the request as the server gets it and finds it a server; the same results as `startRequest`.
    private mutating func dispatchFirst(
        _ index: Int,
        _ bytes: ByteSlice,
        addsAddress: Bool,
        isReplayable: Bool
    ) -> Int {
        let backend = snapshot.backends[Int(connections[index].backend)]
        totals.add(
            1,
            to: TrafficCounters.Backend.totalSessions,
            of: Int(connections[index].backend),
            worker: number
        )
        connections[index].isReplayable = isReplayable
        connections[index].attempts = 0
        let address = connections[index].address
        if backend.hashInput != .none {
            connections[index].key = bytes.withSpan { span in
                HashKey.of(request, in: span, source: address, for: backend)
            }
        }
        outgoing.clear()
        let client = addsAddress || backend.addsForwardedFor ? address : nil
        HeadSerializer.write(&request, of: bytes, client: client, to: &outgoing)
        let used = request.byteCount
        // From here on `request` and `bytes` are no longer needed: the header is in `outgoing`.
        switch placeRequest(index) {
        case .reused(let upstream):
            return sendFirst(index, upstream, bytes, used: used)
        case .connecting, .queued:
            connections[index].request.append(outgoing.bytes, from: pool)
            return used
        case .unavailable:
            note(index, .serverAborted, .connect)
            connections[index].phase = connections[index].body.isComplete ? .receiving : .idle
            return reply(index, status: 503) ? used : -1
        }
    }

    /// Sends the header, with what is there of a body, over a connection that stands.
    @inline(__always)
    private mutating func sendFirst(_ index: Int, _ upstream: Int, _ bytes: ByteSlice, used: Int)
        -> Int
    {
        var used = used
        if !connections[index].body.isComplete {
            let rest = bytes.dropFirst(used)
            let taken: Int
            if connections[index].body.isChunked {
                taken = transferBody(of: index, rest)
                guard taken >= 0 else {
                    refuseFirstBody(index)
                    return -1
                }
            } else {
                taken = connections[index].body.take(rest.count)
                outgoing.append(rest.prefix(taken))
            }
            countIn(index, taken)
            used += taken
        }
        connections[index].phase = .sending
        guard send(upstream, outgoing.bytes) else {
            return sendElsewhere(index, upstream) ? used : -1
        }
        finishFirst(index)
        return used
    }

    @inline(__always)
    private mutating func finishFirst(_ index: Int) {
        if connections[index].isReplayable {
            connections[index].request.append(outgoing.bytes, from: pool)
        }
        if connections[index].body.isComplete { requestSent(index) } else { armClient(index) }
    }

    /// An idle connection took not one byte, so the request goes elsewhere whatever its method; false when
    /// the client is gone.
    @inline(never)
    private mutating func sendElsewhere(_ index: Int, _ upstream: Int) -> Bool {
        var upstream = upstream
        repeat {
            let slot = connections[upstream].slot
            closeUpstream(upstream)
            connections[index].peer = 0
            releaseSlot(of: index)
            purgeIdle(slot)
            guard countAttempt(index) else {
                note(index, .serverAborted, .connect)
                return reply(index, status: 503)
            }
            switch placeRequest(index) {
            case .reused(let other): upstream = other
            case .connecting, .queued:
                connections[index].request.append(outgoing.bytes, from: pool)
                return true
            case .unavailable:
                note(index, .serverAborted, .connect)
                return reply(index, status: 503)
            }
        } while !send(upstream, outgoing.bytes)
        finishFirst(index)
        return true
    }

    private mutating func refuseFirstBody(_ index: Int) {
        note(index, .proxy, .request)
        countRequestError(index)
        _ = reply(index, status: 400)
    }

    /// The first bytes of a header: from now on `timeout http-request` runs.
    private mutating func beginHeader(_ index: Int) {
        guard !connections[index].hasStarted else { return }
        connections[index].hasStarted = true
        let timeouts = snapshot.frontends[Int(connections[index].frontend)].timeouts
        arm(index, timeouts.httpRequest == 0 ? timeouts.client : timeouts.httpRequest)
    }

    /// Answers for the proxy and closes.
    private mutating func refuse(_ index: Int, status: Int) -> Int {
        connections[index].keepsAlive = false
        _ = reply(index, status: status)
        return -1
    }

    private mutating func answerMonitor(
        _ index: Int,
        _ bytes: ByteSlice,
        _ frontend: FrontendSnapshot
    ) -> Int {
        let fails = bytes.withSpan { span in
            Router.monitorFails(request, in: span, frontend: frontend, snapshot: snapshot)
        }
        totals.add(
            1,
            to: TrafficCounters.Frontend.intercepted,
            of: Int(connections[index].frontend),
            worker: number
        )
        let used = request.byteCount
        note(index, .local, .request)
        connections[index].phase = connections[index].body.isComplete ? .receiving : .idle
        return reply(index, status: fails ? 503 : 200) ? used : -1
    }
}
