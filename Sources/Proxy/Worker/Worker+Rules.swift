/// Where a worker has the configuration's rules judged.
extension Worker {
    /// Passes on what rules of this turn change of maps and lists.
    @inline(never)
    mutating func sendListChanges() {
        rules.lostListEdits += listChanges.post(rules.takeListChanges())
    }

    /// What the rules of a request came to.
    enum Routed {
        /// `connections[index].backend` takes it.
        case pass
        /// No backend does.
        case unserved
        /// A rule answers it.
        case answer(Verdict)
    }

    /// Lets rules see a request and what is kept of its transaction, until `unpointRules`.
    mutating func pointRules(_ index: Int, _ bytes: ByteSlice) {
        rules.snapshot = snapshot
        rules.requestBytes = bytes
        rules.hasRequest = true
        rules.hasResponse = false
        rules.receivedMethod = RequestHead.Part()
        pointExchange(index)
    }

    private mutating func pointExchange(_ index: Int) {
        rules.exchange.client = connections[index].address
        rules.exchange.frontend = connections[index].frontend
        rules.exchange.backend = connections[index].backend
        rules.exchange.requestNumber = Int64(connections[index].requestNumber)
        rules.exchange.local = connections[index].destination
        rules.exchange.descriptor = Int32(index)
        rules.exchange.tls = connections[index].tls
        rules.exchange.serverTLS = connections[Int(connections[index].peer)].tls
        rules.exchange.serverName =
            records[index].hasServer ? records[index].serverName.slice : .empty
        rules.exchange.serverID = records[index].serverID
        rules.wallClock = 0
        rules.logLevel = 8
        rules.isStrict = true
        rules.hasNewAddress = false
        rules.isStopping = isDraining
        rules.kept = records[index].kept
        rules.sessionKept = connections[index].sessionKept
        guard !rules.kept.isEmpty else { return }
        let changed = rules.kept.value(of: KeptKey.source)
        guard changed.isPresent else { return }
        rules.exchange.client.family = changed.kind == .ipv4 ? .ipv4 : .ipv6
        (rules.exchange.client.high, rules.exchange.client.low) = (changed.high, changed.low)
    }

    /// Lets a log line see what is kept of an exchange that is over.
    mutating func pointEnd(_ index: Int) {
        rules.snapshot = snapshot
        rules.hasRequest = false
        rules.hasResponse = false
        pointExchange(index)
    }

    /// Takes back what rules keep.
    mutating func unpointRules(_ index: Int) {
        if rules.hasNewAddress {
            rules.arena.reset()
            rules.kept.set(
                KeptKey.source,
                to: Sample(rules.exchange.client),
                pool: pool,
                arena: &rules.arena
            )
        }
        if rules.logLevel != 8 { records[index].logLevel = rules.logLevel }
        records[index].kept = rules.kept
        connections[index].sessionKept = rules.sessionKept
    }

    /// The client, as rules may have changed it for this request.
    func clientAddress(of index: Int) -> SocketAddress {
        rules.hasNewAddress ? rules.exchange.client : connections[index].address
    }

    /// Judges the rules of a request and finds its backend.
    @inline(__always)
    mutating func route(_ index: Int, _ bytes: ByteSlice, _ frontend: FrontendSnapshot) -> Routed {
        connections[index].backend = frontend.defaultBackend
        rules.hasNewAddress = false
        if Int(frontend.number) < snapshot.rules.frontends.count {
            let routed = judgeRequest(index, bytes, frontend)
            if rules.hints.count > 0 { sendHints(index) }
            connections[index].requestNumber &+= 1
            guard case .pass = routed else { return routed }
        }
        let backend = connections[index].backend
        guard backend >= 0, snapshot.backends[Int(backend)].exists,
            !snapshot.backends[Int(backend)].isUnpublished,
            !snapshot.backends[Int(backend)].options.isTCP
        else {
            connections[index].backend = -1
            return .unserved
        }
        return .pass
    }

    private mutating func judgeRequest(
        _ index: Int,
        _ bytes: ByteSlice,
        _ frontend: FrontendSnapshot
    )
        -> Routed
    {
        let own = snapshot.rules.frontends[Int(frontend.number)]
        let isPlain =
            own.routing.isEmpty && !own.hasRequestRules && !own.keepsRequest && own.uniqueID.isEmpty
        if isPlain, !hasRequestRules(frontend.defaultBackend, frontend) { return .pass }
        pointRules(index, bytes)
        defer { unpointRules(index) }
        if own.keepsRequest { rules.keepRequestLine(limit: 1024) }
        var verdict = rules.run(own.content, on: .request)
        if verdict.passes { verdict = rules.run(own.request, on: .request) }
        guard verdict.passes else {
            // Nobody has chosen a backend yet.
            if frontend.ownBackend < 0 { connections[index].backend = -1 }
            return .answer(verdict)
        }
        let backend = Router.backend(of: frontend, &rules)
        connections[index].backend = backend
        rules.exchange.backend = backend
        if hasRequestRules(backend, frontend) {
            let rest = snapshot.rules.backends[Int(backend)]
            // The backend's own rules find this request among its sessions, as in HAProxy.
            let counter = TrafficCounters.Backend.currentSessions
            totals.add(1, to: counter, of: Int(backend), worker: number)
            defer { totals.add(-1, to: counter, of: Int(backend), worker: number) }
            verdict = rules.run(rest.content, on: .request)
            if verdict.passes { verdict = rules.run(rest.request, on: .request) }
            guard verdict.passes else { return .answer(verdict) }
        }
        if !own.uniqueID.isEmpty {
            // Made now, while the request that it may be made of is at hand.
            rules.arena.reset()
            let identifier = rules.uniqueID()
            guard !own.uniqueIDHeader.isEmpty else { return endRequest() }
            _ = rules.setHeader(
                rules.book[own.uniqueIDHeader],
                to: identifier.bytes,
                on: .request,
                adds: false
            )
        }
        return endRequest()
    }

    /// `balance hash EXPR` (`get_server_expr`, HAProxy 2.6).
    @inline(never)
    mutating func hashKey(_ index: Int, _ head: ByteSlice, _ backend: BackendSnapshot) -> HashKey {
        let hadNewAddress = rules.hasNewAddress
        pointRules(index, head)
        defer { rules.hasNewAddress = hadNewAddress }
        return rules.hashKey(for: backend)
    }

    /// The same for a TCP session.
    @inline(never)
    mutating func sessionHashKey(_ index: Int, _ backend: BackendSnapshot) -> HashKey {
        pointEnd(index)
        return rules.hashKey(for: backend)
    }

    private mutating func endRequest() -> Routed {
        rules.endRequestScope()
        return .pass
    }

    /// Judges the rules of a TCP session and finds its backend; -1 when it gets none.
    mutating func routeSession(_ index: Int, _ frontend: FrontendSnapshot) -> Int32 {
        guard Int(frontend.number) < snapshot.rules.frontends.count else {
            return frontend.defaultBackend
        }
        pointEnd(index)
        defer { unpointRules(index) }
        let content = snapshot.rules.frontends[Int(frontend.number)].content
        let verdict = rules.run(content, on: .connection)
        if verdict == .drop { Descriptor(Int32(index)).silence() }
        guard verdict.passes else { return -1 }
        return Router.backend(of: frontend, &rules)
    }

    /// Whether the rules about connections let a client in.
    mutating func admits(_ index: Int) -> Bool {
        let front = Int(connections[index].frontend)
        guard front < snapshot.rules.frontends.count else { return true }
        let own = snapshot.rules.frontends[front]
        if own.connection.isEmpty, own.session.isEmpty { return true }
        pointEnd(index)
        var verdict = rules.run(own.connection, on: .connection)
        if verdict.passes { verdict = rules.run(own.session, on: .connection) }
        if rules.hasNewAddress {
            connections[index].address = rules.exchange.client
            rules.hasNewAddress = false
        }
        connections[index].sessionKept = rules.sessionKept
        // There is no transaction yet that could keep anything.
        rules.kept.clear(to: pool)
        if verdict == .drop { Descriptor(Int32(index)).silence() }
        return verdict.passes
    }

    /// A `listen` has its rules judged once.
    private func hasRequestRules(_ backend: Int32, _ frontend: FrontendSnapshot) -> Bool {
        backend >= 0 && backend != frontend.ownBackend
            && Int(backend) < snapshot.rules.backends.count
            && snapshot.rules.backends[Int(backend)].hasRequestRules
    }

    /// Carries out a verdict that is none to go on: bytes used, or -1 when the client is gone.
    mutating func answer(_ index: Int, by verdict: Verdict) -> Int {
        let used = request.byteCount
        switch verdict {
        case .reject:
            note(index, .proxy, .request)
            closeClient(index)
            return -1
        case .drop:
            note(index, .proxy, .request)
            dropClient(index)
            return -1
        case .tarpit(let number):
            beginTarpit(index, number)
            return used
        case .deny: note(index, .proxy, .request)
        case .failed:
            note(index, .internalError, .request)
            return refuse(index, status: 500)
        default: note(index, .local, .request)
        }
        let counter: TrafficCounters.Frontend =
            if case .deny = verdict { .deniedRequests } else { .intercepted }
        totals.add(1, to: counter, of: Int(connections[index].frontend), worker: number)
        connections[index].phase = connections[index].body.isComplete ? .receiving : .idle
        return reply(index, status: 0, by: verdict) ? used : -1
    }

    /// Forgets a client that shall not notice.
    private mutating func dropClient(_ index: Int) {
        Descriptor(Int32(index)).silence()
        closeClient(index, byReset: true)
    }

    /// Lets a client wait for its refusal.
    @inline(never)
    private mutating func beginTarpit(_ index: Int, _ reply: Int32) {
        note(index, .proxy, .tarpit)
        let frontend = Int(connections[index].frontend)
        totals.add(1, to: TrafficCounters.Frontend.deniedRequests, of: frontend, worker: number)
        connections[index].phase = .tarpit
        connections[index].keepsAlive = false
        connections[index].lastReply = reply
        let timeouts = snapshot.frontends[frontend].timeouts
        arm(index, timeouts.tarpit == 0 ? timeouts.connect : timeouts.tarpit)
        register(index)
    }

    /// 103 (RFC 8297), for clients that know it.
    @inline(never)
    private mutating func sendHints(_ index: Int) {
        if !connections[index].isVersion10 {
            outgoing.clear()
            outgoing.append(rules.hints.slice(from: 0))
            countOut(index, outgoing.count, slot: nil)
            _ = send(index, outgoing.bytes)
        }
        rules.hints.reset()
    }

    // MARK: Servers

    /// Rules have a say in which server it is.
    @inline(__always)
    func choosesServers(_ index: Int) -> Bool {
        let number = Int(connections[index].backend)
        guard number < snapshot.rules.backends.count else { return false }
        let own = snapshot.rules.backends[number]
        return !own.servers.isEmpty || !own.persistence.isEmpty
    }

    /// Judges `force-persist` and `ignore-persist`, then `use-server`.
    @inline(never)
    mutating func chooseServer(_ index: Int, _ head: ByteSlice, _ backend: BackendSnapshot) {
        let hadNewAddress = rules.hasNewAddress
        pointRules(index, head)
        defer { rules.hasNewAddress = hadNewAddress }
        chooseServer(index, backend)
    }

    /// The same for a TCP session.
    @inline(never)
    mutating func chooseSessionServer(_ index: Int, _ backend: BackendSnapshot) {
        pointEnd(index)
        chooseServer(index, backend)
    }

    private mutating func chooseServer(_ index: Int, _ backend: BackendSnapshot) {
        let own = snapshot.rules.backends[Int(connections[index].backend)]
        let code = rules.persistence(of: own.persistence)
        connections[index].forcesServer = code == .forcePersistence
        connections[index].ignoresCookie = code == .ignorePersistence
        let isForced = connections[index].forcesServer
        connections[index].wanted = rules.server(by: own.servers, of: backend, isForced: isForced)
    }

    // MARK: Responses

    /// Judges the rules of a response: the backend's, then the frontend's.
    @inline(__always)
    mutating func judgeResponse(_ client: Int, _ bytes: ByteSlice) -> Verdict {
        let front = Int(connections[client].frontend)
        guard front < snapshot.rules.frontends.count else { return .proceed }
        let own = snapshot.rules.frontends[front]
        let back = Int(connections[client].backend)
        let isOwn = connections[client].backend == snapshot.frontends[front].ownBackend
        let rest =
            back >= 0 && !isOwn && back < snapshot.rules.backends.count
            ? snapshot.rules.backends[back] : ProxyRules()
        if !own.hasResponseRules, !rest.hasResponseRules { return .proceed }
        return judgeResponse(client, bytes, own, rest)
    }

    @inline(never)
    private mutating func judgeResponse(
        _ client: Int,
        _ bytes: ByteSlice,
        _ own: ProxyRules,
        _ rest: ProxyRules
    ) -> Verdict {
        pointResponse(client, bytes)
        defer { unpointRules(client) }
        _ = rules.run(own.responseHeads, on: .response)
        var verdict = rules.run(rest.responseContent, on: .response)
        if verdict.passes { verdict = rules.run(rest.response, on: .response) }
        if verdict.passes { verdict = rules.run(own.responseContent, on: .response) }
        if verdict.passes { verdict = rules.run(own.response, on: .response) }
        return verdict.passes ? runAfterResponse(own, rest) : verdict
    }

    private mutating func pointResponse(_ client: Int, _ bytes: ByteSlice) {
        rules.snapshot = snapshot
        rules.hasRequest = false
        rules.hasResponse = true
        rules.responseBytes = bytes
        pointExchange(client)
    }

    private mutating func runAfterResponse(_ own: ProxyRules, _ rest: ProxyRules) -> Verdict {
        let verdict = rules.run(rest.afterResponse, on: .response)
        return verdict.passes ? rules.run(own.afterResponse, on: .response) : verdict
    }

    /// A rule answers in place of the server: the same results as `startResponse`.
    mutating func replaceResponse(_ upstream: Int, _ client: Int, _ verdict: Verdict) -> Int {
        connections[client].hasResponse = false
        switch verdict {
        case .reject:
            note(client, .proxy, .header)
            closeClient(client)
            return -1
        case .drop:
            note(client, .proxy, .header)
            dropClient(client)
            return -1
        case .failed:
            note(client, .internalError, .header)
            replyAndResume(client, status: 500)
            return -1
        case .deny: note(client, .proxy, .header)
        default: note(client, .local, .header)
        }
        if reply(client, status: 0, by: verdict) { readClient(client) }
        return -1
    }

    // MARK: Answers

    /// Puts an answer of the proxy into `outgoing`; its status.
    mutating func compose(_ index: Int, _ status: Int, _ verdict: Verdict, keepsAlive: Bool) -> Int
    {
        let connection: StaticString =
            !keepsAlive
            ? "connection: close\r\n"
            : connections[index].isVersion10 ? "connection: keep-alive\r\n" : ""
        let withBody = connections[index].method != .head
        outgoing.clear()
        guard Int(connections[index].frontend) < snapshot.rules.frontends.count else {
            ErrorReply.write(status, to: &outgoing, connection: connection, withBody: withBody)
            return status
        }
        if verdict == .proceed {
            rules.snapshot = snapshot
            rules.hasRequest = false
            rules.hasResponse = false
            pointExchange(index)
        }
        var verdict = verdict
        if verdict == .proceed {
            let custom = rules.errorReply(for: status)
            if custom >= 0 { verdict = .reply(custom) }
        }
        var made = status
        if verdict == .proceed {
            ErrorReply.write(status, to: &outgoing, connection: connection, withBody: withBody)
        } else {
            made = rules.write(verdict, connection: connection, withBody: withBody, to: &outgoing)
        }
        return finishAnswer(index, made, connection, withBody)
    }

    /// Lets `http-after-response` rules see an answer of the proxy too; the status it has then.
    private mutating func finishAnswer(
        _ index: Int,
        _ status: Int,
        _ connection: StaticString,
        _ withBody: Bool
    ) -> Int {
        let own = snapshot.rules.frontends[Int(connections[index].frontend)]
        let back = Int(connections[index].backend)
        let isOwn =
            connections[index].backend
            == snapshot.frontends[Int(connections[index].frontend)].ownBackend
        let rest =
            back >= 0 && !isOwn && back < snapshot.rules.backends.count
            ? snapshot.rules.backends[back] : ProxyRules()
        guard !own.afterResponse.isEmpty || !rest.afterResponse.isEmpty else { return status }
        let whole = outgoing.bytes
        guard case .complete = whole.withSpan({ ResponseParser.parse($0, into: &response) }) else {
            return status
        }
        rules.kept = records[index].kept
        rules.hasRequest = false
        rules.hasResponse = true
        rules.responseBytes = whole
        defer { unpointRules(index) }
        guard runAfterResponse(own, rest).passes, response.isEdited else { return status }
        rules.arena.reset()
        rules.arena.append(whole.dropFirst(response.byteCount))
        let body = rules.arena.slice(from: 0)
        outgoing.clear()
        let responses = responses
        HeadSerializer.write(
            &responses[0],
            of: rules.responseBytes,
            keepsChunks: false,
            connection: connection,
            to: &outgoing
        )
        outgoing.append(body)
        return response.status
    }
}
