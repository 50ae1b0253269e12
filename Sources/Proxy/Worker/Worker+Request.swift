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
        connections[index].holdsRequest = false
        connections[index].awaitsBody = false
        connections[index].forcesServer = false
        connections[index].ignoresCookie = false
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
            capture(bytes, of: index, isResponse: false)
            countRequestError(index)
            note(index, .proxy, .request)
            return refuse(index, status: Int(rejection.rawValue))
        }
        let number = Int(connections[index].frontend)
        let frontend = snapshot.frontends[number]
        let framing = BodyFraming.of(request)
        if frontend.options.buffersRequest, framing != .none, !isBuffered(framing, index, bytes) {
            return 0
        }
        if snapshot.rules.waitsForBodies { lookAtBody(framing, index, bytes) }
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
        connections[index].body.start(framing)
        connections[index].asksTunnel = asksTunnel(framing, bytes)
        if !frontend.monitorURI.isEmpty, isMonitored(bytes, by: frontend) {
            return answerMonitor(index, bytes, frontend)
        }
        let routed = route(index, bytes, frontend)
        countIn(index, request.byteCount)
        switch routed {
        case .pass: break
        case .unserved:
            note(index, .serverAborted, .connect)
            return refuse(index, status: 503)
        case .answer(.wait(let time)): return awaitBody(index, time)
        case .answer(let verdict): return answer(index, by: verdict)
        }
        let isReplayable = framing == .none && request.methodKind.isIdempotent
        connections[index].isReplayable = isReplayable
        return dispatchFirst(index, bytes, frontend)
    }

    /// Whether the request may turn its connections into a tunnel, which it then asks the server for too.
    @inline(__always)
    private mutating func asksTunnel(_ framing: BodyFraming, _ bytes: ByteSlice) -> Bool {
        if request.methodKind == .connect { return true }
        guard request.fields.connectionUpgrade, request.fields.upgradeIndex >= 0,
            framing == .none, !request.isVersion10
        else { return false }
        // HTTP/2 is not spoken to servers by upgrade.
        let value = request.fields[request.fields.upgradeIndex].value
        guard !bytes.withSpan({ FieldParser.list($0, value, names: "h2c") }) else { return false }
        request.fields.forwardUpgrade()
        return true
    }

    /// Writes the request as the server gets it and finds it a server; the same results as `startRequest`.
    private mutating func dispatchFirst(
        _ index: Int,
        _ bytes: ByteSlice,
        _ frontend: FrontendSnapshot
    ) -> Int {
        let backend = snapshot.backends[Int(connections[index].backend)]
        enterBackend(index)
        connections[index].attempts = 0
        connections[index].wanted = -1
        connections[index].abortsOnClose = backend.options.abortsOnClose
        connections[index].holdsRequest = backend.options.retryOn.needsRequest
        let address = clientAddress(of: index)
        let head = request.isEdited ? rules.requestBytes : bytes
        connections[index].key =
            backend.hashInput == .none
            ? .none
            : backend.hashInput == .expression
                ? hashKey(index, head, backend)
                : head.withSpan { span in
                    HashKey.of(request, in: span, source: address, for: backend)
                }
        settleClosing(index, frontend.options, backend.options)
        edits.clear()
        if choosesServers(index) { chooseServer(index, head, backend) }
        if backend.options.cookie.mode != .none {
            let method = head[request.method.range]
            connections[index].isPost =
                method.count == 4 && method[0] == 80 && method[1] == 79 && method[2] == 83
                && method[3] == 84
            readCookies(index, head, backend)
        }
        outgoing.clear()
        let requests = requests
        HeadSerializer.write(
            &requests[0],
            of: head,
            additions: additions(index, head, frontend, backend),
            to: &outgoing
        )
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

    /// `option httpclose` and `option http-server-close`, on either side.
    @inline(__always)
    private func settleClosing(
        _ index: Int,
        _ front: ForwardingOptions,
        _ back: ForwardingOptions
    ) {
        let closesBoth = front.closesClient || back.closesClient
        connections[index].closesServer = closesBoth || front.closesServer || back.closesServer
        if closesBoth { connections[index].keepsAlive = false }
    }

    /// What the proxy adds to the request's header.
    @inline(__always)
    private func additions(
        _ index: Int,
        _ bytes: ByteSlice,
        _ frontend: FrontendSnapshot,
        _ backend: BackendSnapshot
    ) -> HeadSerializer.Additions {
        var additions = HeadSerializer.Additions()
        additions.lines = edits.bytes
        if connections[index].asksTunnel {
            if connections[index].method != .connect {
                additions.connection = "connection: Upgrade\r\n"
            }
        } else if connections[index].closesServer, !frontend.options.pretendsKeepAlive,
            !backend.options.pretendsKeepAlive
        {
            additions.connection = "connection: close\r\n"
        }
        if frontend.addsForwardedFor || backend.addsForwardedFor {
            addForwardedFor(index, bytes, frontend, backend, to: &additions)
        }
        return additions
    }

    /// `option forwardfor` of both sides taken together (`http_process_request`, HAProxy 2.6).
    private func addForwardedFor(
        _ index: Int,
        _ bytes: ByteSlice,
        _ frontend: FrontendSnapshot,
        _ backend: BackendSnapshot,
        to additions: inout HeadSerializer.Additions
    ) {
        let (front, back) = (frontend.options.forwardedFor, backend.options.forwardedFor)
        let address = clientAddress(of: index)
        let header = backend.addsForwardedFor && !back.header.isEmpty ? back.header : front.header
        let isAlways =
            frontend.addsForwardedFor && !front.ifNone || backend.addsForwardedFor && !back.ifNone
        if !isAlways {
            let isPresent =
                header.isEmpty
                ? request.fields.hasForwardedFor
                : bytes.withSpan { request.firstField(named: header, in: $0) != nil }
            if isPresent { return }
        }
        if front.except.contains(address) || back.except.contains(address) { return }
        additions.client = address
        additions.clientHeader = header
    }

    /// `option http-buffer-request`: whether the body, or a buffer full of it, is there; asks for it when expected.
    @inline(never)
    private mutating func isBuffered(_ framing: BodyFraming, _ index: Int, _ bytes: ByteSlice)
        -> Bool
    {
        let isComplete = measureBody(framing, bytes).isWhole
        if isComplete, connections[index].awaitsBody, request.fields.expectIndex >= 0 {
            // The client has had its answer to it.
            request.fields.remove(request.fields.expectIndex)
        } else if !isComplete, !connections[index].awaitsBody {
            connections[index].awaitsBody = true
            beginHeader(index)
            inviteBody(index)
        }
        return isComplete
    }

    /// Bytes of the body that are there, and whether no more can come before it goes on.
    private mutating func measureBody(_ framing: BodyFraming, _ bytes: ByteSlice) -> (
        count: Int, isWhole: Bool
    ) {
        let rest = bytes.dropFirst(request.byteCount)
        let isFull = bytes.count >= RequestParser.headLimit
        switch framing {
        case .length(let length): return (rest.count, isFull || Int64(rest.count) >= length)
        case .chunked:
            var probe = BodyTransfer(framing)
            outgoing.clear()
            // What is malformed is refused when it is forwarded.
            let used = probe.transfer(rest, to: &outgoing)
            return (rest.count, isFull || used < 0 || probe.isComplete)
        case .none, .untilClose: return (0, true)
        }
    }

    private mutating func inviteBody(_ index: Int) {
        guard request.fields.expectsContinue else { return }
        outgoing.clear()
        outgoing.append("HTTP/1.1 100 Continue\r\n\r\n")
        _ = send(index, outgoing.bytes)
    }

    /// For `wait-for-body` rules.
    @inline(never)
    private mutating func lookAtBody(_ framing: BodyFraming, _ index: Int, _ bytes: ByteSlice) {
        let body = measureBody(framing, bytes)
        rules.bodyCount = Int64(body.count)
        rules.isBodyWhole = body.isWhole
        if connections[index].awaitsBody, request.fields.expectIndex >= 0 {
            request.fields.remove(request.fields.expectIndex)
        }
    }

    /// A `wait-for-body` rule: everything is judged again when more has come; 408 when nothing does in time.
    private mutating func awaitBody(_ index: Int, _ time: UInt32) -> Int {
        let number = Int(connections[index].frontend)
        totals.add(-1, to: TrafficCounters.Frontend.requests, of: number, worker: self.number)
        countIn(index, -request.byteCount)
        connections[index].requestNumber &-= 1
        guard !connections[index].awaitsBody else { return 0 }
        connections[index].awaitsBody = true
        connections[index].hasStarted = true
        inviteBody(index)
        arm(index, max(1, time))
        return 0
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
        if connections[index].isReplayable || connections[index].holdsRequest {
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
            guard mayRetryConnection(index) else {
                note(index, .serverAborted, .connect)
                return reply(index, status: 503)
            }
            switch placeAnew(index) {
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
    mutating func refuse(_ index: Int, status: Int) -> Int {
        connections[index].keepsAlive = false
        _ = reply(index, status: status)
        return -1
    }

    /// A path in `monitor-uri` stands for that of an absolute target too.
    private func isMonitored(_ bytes: ByteSlice, by frontend: FrontendSnapshot) -> Bool {
        let target = bytes[request.target.range]
        if target.isEqual(to: frontend.monitorURI) { return true }
        guard request.isAbsoluteForm, !request.path.isEmpty else { return false }
        let path = bytes[Int(request.path.start)..<request.target.end]
        return path.isEqual(to: frontend.monitorURI)
    }

    private mutating func answerMonitor(
        _ index: Int,
        _ bytes: ByteSlice,
        _ frontend: FrontendSnapshot
    ) -> Int {
        pointRules(index, bytes)
        let fails = Router.monitorFails(frontend, &rules)
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
