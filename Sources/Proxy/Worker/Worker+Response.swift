extension Worker {
    /// Reads and forwards what a server sends until it pauses or its client cannot take more.
    mutating func readUpstream(_ upstream: Int) {
        let client = Int(connections[upstream].peer)
        if client == 0 {
            checkIdle(upstream)
            return
        }
        var budget = Self.readBudget
        while connections[upstream].isReadable, !connections[upstream].hasEnded {
            // Goes on when the client has taken its output.
            if connections[client].output.count >= Self.outputBound { return }
            if budget == 0, again.put(token(of: upstream)) { return }
            budget -= 1
            guard receiveFromUpstream(upstream, client) else { return }
            if connections[client].startsTunnel {
                connections[client].startsTunnel = false
                connections[client].isReadable = true
                let generation = connections[upstream].generation
                readClient(client)
                guard connections[upstream].generation == generation else { return }
            }
        }
    }

    /// An idle connection had an event: it is of no more use unless the event was an old one.
    private mutating func checkIdle(_ upstream: Int) {
        if connections[upstream].isHungUp || !Descriptor(Int32(upstream)).isQuiet {
            closeUpstream(upstream)
        } else {
            connections[upstream].isReadable = false
        }
    }

    /// One read and the use of what it brought; false when the exchange is over.
    @inline(__always)
    private mutating func receiveFromUpstream(_ upstream: Int, _ client: Int) -> Bool {
        if connections[upstream].tls.isPresent { return receiveSealed(upstream, client) }
        if !connections[upstream].input.isEmpty { return receiveMoreFromUpstream(upstream, client) }
        received.clear()
        let result = Descriptor(Int32(upstream)).receive(into: &received)
        guard case .bytes(let count) = result else { return endResponse(upstream, client, result) }
        if count < received.capacity, !connections[upstream].isHungUp {
            connections[upstream].isReadable = false
        }
        return useResponse(upstream, client, received.bytes)
    }

    @inline(never)
    private mutating func receiveMoreFromUpstream(_ upstream: Int, _ client: Int) -> Bool {
        let limit = RequestParser.headLimit
        let result = connections[upstream].input.receive(
            from: Descriptor(Int32(upstream)),
            limit: limit,
            pool: pool
        )
        guard case .bytes(let count) = result else { return endResponse(upstream, client, result) }
        if count < limit, !connections[upstream].isHungUp {
            connections[upstream].isReadable = false
        }
        // Moved out of the queue, so that what is not used can be queued again from a stable place.
        received.clear()
        received.append(connections[upstream].input.bytes)
        connections[upstream].input.clear(to: pool)
        return useResponse(upstream, client, received.bytes)
    }

    /// Uses as much as can be used and keeps the rest; false when the exchange is over.
    @inline(__always)
    mutating func useResponse(_ upstream: Int, _ client: Int, _ bytes: ByteSlice) -> Bool {
        if connections[client].phase != .tunnel { armUpstream(upstream) }
        var offset = 0
        while offset < bytes.count {
            let rest = bytes.dropFirst(offset)
            let used =
                connections[upstream].hasResponse
                ? connections[client].phase == .tunnel
                    ? forwardToClient(upstream, client, rest)
                    : forwardResponseBody(upstream, client, rest)
                : startResponse(upstream, client, rest)
            if used < 0 { return false }
            if used == 0 { break }
            offset += used
        }
        if offset < bytes.count {
            connections[upstream].input.append(bytes.dropFirst(offset), from: pool)
        }
        return true
    }

    /// A response's header: bytes used, 0 for more needed, -1 when the exchange is over.
    @inline(__always)
    private mutating func startResponse(_ upstream: Int, _ client: Int, _ bytes: ByteSlice) -> Int {
        switch bytes.withSpan({ ResponseParser.parse($0, into: &response) }) {
        case .complete: break
        case .incomplete: return 0
        case .rejected:
            observe(.invalidHeader, upstream)
            capture(bytes, of: client, isResponse: true)
            if retryResponse(upstream, client, .junkResponse) { return -1 }
            note(client, .proxy, .header)
            return failResponse(upstream, client, status: 502)
        }
        if response.isInterim { return forwardInterim(upstream, client, bytes) }
        observe(status: response.status, upstream)
        if connections[client].holdsRequest,
            retryResponse(upstream, client, .status(response.status))
        {
            return -1
        }
        connections[upstream].hasResponse = true
        connections[client].hasResponse = true
        connections[client].request.clear(to: pool)
        let status = response.status
        records[client].responded = now
        records[client].status = UInt16(status)
        countResponse(status, client)
        if connections[client].asksTunnel, connections[client].method == .connect,
            response.status < 300
        {
            return switchProtocols(upstream, client, bytes)
        }
        let framing = BodyFraming.of(response, to: connections[client].method)
        let decodes = framing == .chunked && connections[client].isVersion10
        connections[upstream].body.start(framing, decodes: decodes)
        connections[upstream].keepsAlive =
            framing != .untilClose && !connections[client].closesServer
            && (response.isVersion10
                ? response.fields.connectionKeepAlive : !response.fields.connectionClose)
        if framing == .untilClose || decodes || connections[client].phase != .receiving
            || isDraining
        {
            connections[client].keepsAlive = false
        }
        let verdict = judgeResponse(client, bytes)
        guard verdict.passes else { return replaceResponse(upstream, client, verdict) }
        let head = response.isEdited ? rules.responseBytes : bytes
        if status == 204 { removeLength(of: head) }
        edits.clear()
        if snapshot.backends[Int(connections[client].backend)].options.cookie.mode != .none {
            writeCookie(client, head, snapshot.backends[Int(connections[client].backend)])
        }
        outgoing.clear()
        let responses = responses
        HeadSerializer.write(
            &responses[0],
            of: head,
            keepsChunks: response.fields.isChunked && !connections[client].isVersion10
                && status != 204 && status != 304,
            connection: connectionField(client),
            lines: edits.bytes,
            to: &outgoing
        )
        logEarly(client, sent: outgoing.count)
        return forwardFirst(upstream, client, bytes)
    }

    /// Sends the header with what is there of the body.
    @inline(__always)
    private mutating func forwardFirst(_ upstream: Int, _ client: Int, _ bytes: ByteSlice) -> Int {
        let rest = bytes.dropFirst(response.byteCount)
        var taken = 0
        var separate = ByteSlice.empty
        if connections[upstream].body.isChunked {
            taken = transferBody(of: upstream, rest)
            guard taken >= 0 else {
                note(client, .proxy, .header)
                return failResponse(upstream, client, status: 502, isHeaderUnsent: true)
            }
        } else if !connections[upstream].body.isComplete {
            taken = connections[upstream].body.take(rest.count)
            // Copying a small body behind its header is cheaper than telling the kernel of two places.
            if taken <= 4096 {
                outgoing.append(rest.prefix(taken))
            } else {
                separate = rest.prefix(taken)
            }
        }
        countOut(client, outgoing.count + separate.count, slot: connections[upstream].slot)
        let isSent =
            separate.isEmpty
            ? send(client, outgoing.bytes) : send(client, outgoing.bytes, separate)
        guard isSent else {
            note(client, .clientAborted, .data)
            closeClient(client)
            return -1
        }
        let used = response.byteCount + taken
        guard connections[upstream].body.isComplete else { return used }
        finishResponse(upstream, client, hasMore: used < bytes.count)
        return -1
    }

    /// The same results as `startResponse`.
    @inline(__always)
    private mutating func forwardResponseBody(_ upstream: Int, _ client: Int, _ bytes: ByteSlice)
        -> Int
    {
        let used: Int
        let isSent: Bool
        if connections[upstream].body.isChunked {
            outgoing.clear()
            used = transferBody(of: upstream, bytes)
            guard used >= 0 else {
                note(client, .proxy, .data)
                return failResponse(upstream, client, status: 502)
            }
            countOut(client, outgoing.count, slot: connections[upstream].slot)
            isSent = outgoing.count == 0 || send(client, outgoing.bytes)
        } else {
            used = connections[upstream].body.take(bytes.count)
            countOut(client, used, slot: connections[upstream].slot)
            isSent = send(client, bytes.prefix(used))
        }
        guard isSent else {
            note(client, .clientAborted, .data)
            closeClient(client)
            return -1
        }
        guard connections[upstream].body.isComplete else { return used }
        finishResponse(upstream, client, hasMore: used < bytes.count)
        return -1
    }

    /// 100 and other 1xx are passed on to clients that know them; 101 was never asked for.
    private mutating func forwardInterim(_ upstream: Int, _ client: Int, _ bytes: ByteSlice) -> Int
    {
        connections[upstream].interimResponses += 1
        if response.status == 101, connections[client].asksTunnel,
            connections[client].method != .connect, response.fields.upgradeIndex >= 0
        {
            return switchProtocols(upstream, client, bytes)
        }
        guard response.status != 101, connections[upstream].interimResponses <= 16 else {
            note(client, .proxy, .header)
            return failResponse(upstream, client, status: 502)
        }
        connections[client].isReplayable = false
        removeLength(of: bytes)
        if !connections[client].isVersion10 {
            outgoing.clear()
            let responses = responses
            HeadSerializer.write(
                &responses[0],
                of: bytes,
                keepsChunks: false,
                connection: "",
                to: &outgoing
            )
            countOut(client, outgoing.count, slot: connections[upstream].slot)
            guard send(client, outgoing.bytes) else {
                note(client, .clientAborted, .header)
                closeClient(client)
                return -1
            }
        }
        return response.byteCount
    }

    /// 101, or CONNECT accepted: the header goes to the client and from then on bytes pass as they are.
    @inline(never)
    private mutating func switchProtocols(_ upstream: Int, _ client: Int, _ bytes: ByteSlice) -> Int
    {
        records[client].responded = now
        records[client].status = UInt16(response.status)
        if response.isInterim { countResponse(response.status, client) }
        // Neither has a body, so neither may announce one (RFC 9110 §9.3.6, RFC 9112 §6.1).
        removeLength(of: bytes)
        if response.isInterim { response.fields.forwardUpgrade() }
        outgoing.clear()
        let responses = responses
        HeadSerializer.write(
            &responses[0],
            of: bytes,
            keepsChunks: false,
            connection: response.isInterim ? "connection: Upgrade\r\n" : "",
            to: &outgoing
        )
        countOut(client, outgoing.count, slot: connections[upstream].slot)
        logEarly(client, sent: outgoing.count)
        let used = response.byteCount
        guard send(client, outgoing.bytes) else {
            note(client, .clientAborted, .data)
            closeClient(client)
            return -1
        }
        startTunnel(client, upstream)
        return used
    }

    /// Responses that have no body must not announce one (RFC 9110 §8.6).
    private mutating func removeLength(of bytes: ByteSlice) {
        guard response.fields.contentLength >= 0 else { return }
        for field in 0..<response.fields.count {
            let name = response.fields[field].name
            let isLength = bytes.withSpan { span in
                span.matches("content-length", at: Int(name.start), count: Int(name.count))
            }
            if isLength { response.fields.remove(field) }
        }
    }

    @inline(__always)
    private func connectionField(_ client: Int) -> StaticString {
        if !connections[client].keepsAlive { return "connection: close\r\n" }
        return connections[client].isVersion10 ? "connection: keep-alive\r\n" : ""
    }

    /// The response has passed: both sides are free for the next one, or closed.
    @inline(__always)
    private mutating func finishResponse(_ upstream: Int, _ client: Int, hasMore: Bool) {
        endExchange(client)
        let isRequestSent = connections[client].phase == .receiving
        connections[client].peer = 0
        connections[upstream].peer = 0
        releaseSlot(of: client)
        leaveBackend(client)
        if connections[upstream].keepsAlive, isRequestSent, !hasMore,
            !connections[upstream].isHungUp,
            connections[upstream].output.isEmpty
        {
            park(upstream, after: client)
        } else {
            closeUpstream(upstream)
        }
        if connections[client].keepsAlive {
            awaitRequest(client, isFirst: false)
            readClient(client)
        } else {
            closeWhenSent(client, lingers: !isRequestSent || !connections[client].input.isEmpty)
        }
    }

    /// The server paused, ended or was lost; false when the exchange is over.
    mutating func endResponse(_ upstream: Int, _ client: Int, _ result: Transfer) -> Bool {
        connections[upstream].isReadable = false
        if result == .wouldBlock { return true }
        if connections[client].phase == .tunnel { return endTunnelOutput(upstream, client, result) }
        if connections[upstream].hasResponse {
            if result == .end, connections[upstream].body.end() {
                finishResponse(upstream, client, hasMore: false)
            } else {
                note(client, .serverAborted, .data)
                _ = failResponse(upstream, client, status: 502)
            }
        } else if connections[upstream].input.isEmpty, connections[upstream].interimResponses == 0 {
            retry(upstream)
        } else {
            observe(.closed, upstream)
            if retryResponse(upstream, client, .emptyResponse) { return false }
            note(client, .serverAborted, .header)
            _ = failResponse(upstream, client, status: 502)
        }
        return false
    }

    /// The server's fault: 502 where nothing was forwarded yet, else the client is cut off, so that it
    /// cannot take what it got for the whole.
    mutating func failResponse(
        _ upstream: Int,
        _ client: Int,
        status: Int,
        isHeaderUnsent: Bool = false
    ) -> Int {
        arena.add(1, to: .responseErrors, of: connections[upstream].slot, worker: number)
        if connections[client].hasResponse, !isHeaderUnsent {
            closeClient(client, byReset: true)
        } else {
            connections[client].hasResponse = false
            replyAndResume(client, status: status)
        }
        return -1
    }

    @inline(__always)
    private func countResponse(_ status: Int, _ client: Int) {
        arena.add(1, to: .responses(status), of: connections[client].slot, worker: number)
        totals.countResponse(
            status,
            frontend: Int(connections[client].frontend),
            backend: Int(connections[client].backend),
            worker: number
        )
    }
}
