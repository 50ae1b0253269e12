extension Evaluation {
    /// What a fetch finds before any converter; absent when there is nothing.
    mutating func fetch(_ expression: Expression, _ cursor: inout FetchCursor) -> Sample {
        cursor.hasMore = false
        let code = expression.fetch
        if code.rawValue <= FetchCode.stopping.rawValue { return fetchConstant(expression) }
        if code == .tls { return fetchTLS(expression) }
        if code.rawValue <= FetchCode.isFirstRequest.rawValue { return fetchConnection(expression) }
        if code.rawValue <= FetchCode.bearer.rawValue {
            return hasRequest ? fetchRequest(expression, &cursor) : Sample()
        }
        if code.rawValue <= FetchCode.responseCookieInteger.rawValue {
            return hasResponse ? fetchResponse(expression, &cursor) : Sample()
        }
        return fetchKept(expression)
    }

    private mutating func fetchConstant(_ expression: Expression) -> Sample {
        let arguments = expression.arguments
        switch expression.fetch {
        case .alwaysTrue: return Sample(true)
        case .alwaysFalse: return Sample(false)
        case .constantBoolean: return Sample(arguments.number != 0)
        case .constantInteger: return Sample(arguments.number)
        case .constantText: return Sample(book[arguments.text])
        case .constantBinary: return Sample(book[arguments.text], isBinary: true)
        case .constantAddress:
            var address = Sample()
            address.kind = book[arguments.text].ipv4 == nil ? .ipv6 : .ipv4
            address.low = UInt64(bitPattern: arguments.number)
            address.high = UInt64(bitPattern: arguments.other)
            return address
        case .environment: return arguments.count > 0 ? Sample(book[arguments.text]) : Sample()
        case .date:
            let unit = max(1, arguments.other)
            return Sample(time / (1_000_000 / unit) + arguments.number)
        case .dateMicroseconds: return Sample(time % 1_000_000)
        case .hostname: return Sample(process.hostname.slice)
        case .random:
            let bound = UInt64(arguments.count > 0 ? max(1, arguments.number) : 1 << 32)
            return Sample(Int64(random.next() >> 32 % bound))
        case .uuid: return makeUUID()
        case .uniqueID: return uniqueID()
        case .threadCount: return Sample(process.threads)
        case .thread: return Sample(process.thread)
        case .processNumber: return Sample(1)
        case .variable:
            let found = variable(arguments.place)
            return found.isPresent || arguments.count < 2 ? found : Sample(book[arguments.text])
        case .stopping: return Sample(isStopping)
        default: return Sample()
        }
    }

    /// A variable's value, absent when it was not set.
    func variable(_ number: Int32) -> Sample {
        switch VariableScope(ofNumber: number) {
        case .process:
            for index in snapshot.variables.indices where snapshot.variables[index].number == number
            {
                return snapshot.variables[index].sample
            }
            return Sample()
        case .session: return sessionKept.value(of: number)
        case .transaction, .request, .response: return kept.value(of: number)
        }
    }

    /// Sets a variable; an absent value unsets it.
    mutating func setVariable(_ number: Int32, to value: Sample) {
        switch VariableScope(ofNumber: number) {
        case .process: break
        case .session: sessionKept.set(number, to: value, pool: pool, arena: &arena)
        case .transaction, .request, .response:
            kept.set(number, to: value, pool: pool, arena: &arena)
        }
    }

    /// RFC 9562 version 4.
    private mutating func makeUUID() -> Sample {
        let mark = arena.count
        let high = random.next() & ~0xf000 | 0x4000
        let low = random.next() & ~(3 << 62) | 1 << 63
        for place in 0..<16 {
            if [4, 6, 8, 10].contains(place) { arena.append(byte: UInt8(ascii: "-")) }
            let word = place < 8 ? high : low
            let byte = UInt8(truncatingIfNeeded: word >> UInt64(56 - place % 8 * 8))
            arena.append(hexadecimal: byte, isUpper: false)
        }
        return Sample(arena.slice(from: mark))
    }

    /// The transaction's id, made when it is first asked for.
    mutating func uniqueID() -> Sample {
        let known = kept.value(of: KeptKey.uniqueID)
        guard !known.isPresent, exchange.frontend >= 0 else { return known }
        let format = book.frontends[Int(exchange.frontend)].uniqueID
        guard !format.isEmpty else { return Sample() }
        let made = Sample(text(of: format))
        kept.set(KeptKey.uniqueID, to: made, pool: pool, arena: &arena)
        return kept.value(of: KeptKey.uniqueID)
    }

    private func fetchKept(_ expression: Expression) -> Sample {
        let slot = Int(expression.arguments.number)
        return switch expression.fetch {
        case .requestCapture: kept.value(of: KeptKey.requestCapture(slot))
        case .responseCapture: kept.value(of: KeptKey.responseCapture(slot))
        case .capturedMethod: kept.value(of: KeptKey.method)
        case .capturedURI: kept.value(of: KeptKey.uri)
        case .capturedRequestVersion: kept.value(of: KeptKey.requestVersion)
        default: Sample()
        }
    }

    private func fetchConnection(_ expression: Expression) -> Sample {
        let place = expression.arguments.place
        switch expression.fetch {
        case .source: return Sample(exchange.client)
        case .destination: return Sample(local)
        case .sourcePort: return port(exchange.client)
        case .destinationPort: return port(local)
        case .sourceIsLocal: return isLocal(exchange.client)
        case .destinationIsLocal: return isLocal(local)
        case .frontendName: return name(of: book.frontends, exchange.frontend)
        case .frontendID: return identifier(of: book.frontends, exchange.frontend)
        case .backendName: return name(of: book.backends, exchange.backend)
        case .backendID: return identifier(of: book.backends, exchange.backend)
        case .serverName:
            return exchange.serverName.isEmpty ? Sample() : Sample(exchange.serverName)
        case .serverID:
            return exchange.serverName.isEmpty ? Sample() : Sample(Int64(exchange.serverID))
        case .isFirstRequest: return Sample(exchange.requestNumber == 0)
        case .usableServers: return Sample(Int64(usableServers(place)))
        case .frontendConnections:
            guard place >= 0, let counters else { return Sample() }
            return Sample(Int64(counters.counters(ofFrontend: Int(place)).currentSessions))
        default: return fetchLoad(expression.fetch, backend: place < 0 ? exchange.backend : place)
        }
    }

    func usableServers(_ backend: Int32) -> Int {
        let number = backend < 0 ? exchange.backend : backend
        guard number >= 0, Int(number) < snapshot.backends.count else { return 0 }
        return snapshot.backends[Int(number)].servers.count
    }

    /// Sums over the servers of a backend; the limits are those of its usable servers.
    private func fetchLoad(_ code: FetchCode, backend number: Int32) -> Sample {
        guard number >= 0, Int(number) < snapshot.backends.count, let counters else {
            return Sample()
        }
        let backend = snapshot.backends[Int(number)]
        let load = counters.counters(ofBackend: Int(number))
        var room: Int64 = 0
        for index in backend.servers.indices {
            let limit = backend.servers[index].maxconn
            // Without a limit there is no count of free places.
            if limit == 0, code != .backendConnections {
                return Sample(-1)
            }
            room += Int64(limit)
        }
        switch code {
        case .backendConnections: return Sample(Int64(load.currentSessions))
        case .freeConnections:
            return Sample(max(0, room - Int64(load.currentSessions)))
        default: return Sample()
        }
    }

    /// Where the client connected to.
    var local: SocketAddress {
        if exchange.local.family != .none || exchange.descriptor < 0 { return exchange.local }
        return Descriptor(exchange.descriptor).localAddress
    }

    private func port(_ address: SocketAddress) -> Sample {
        address.family == .ipv4 || address.family == .ipv6 ? Sample(Int64(address.port)) : Sample()
    }

    private func isLocal(_ address: SocketAddress) -> Sample {
        switch address.family {
        case .ipv4: Sample(address.low >> 24 == 127)
        case .ipv6: Sample(address.high == 0 && address.low == 1)
        case .unix, .abstract: Sample(true)
        case .none: Sample()
        }
    }

    private func name(of proxies: RawArray<ProxyRules>, _ number: Int32) -> Sample {
        number >= 0 && Int(number) < proxies.count
            ? Sample(book[proxies[Int(number)].name]) : Sample()
    }

    private func identifier(of proxies: RawArray<ProxyRules>, _ number: Int32) -> Sample {
        number >= 0 && Int(number) < proxies.count
            ? Sample(Int64(proxies[Int(number)].id)) : Sample()
    }
}
