/// Log formats (configuration.txt §8.2, `sess_build_logline` of HAProxy 2.6).
extension Evaluation {
    /// A format's text in the arena, valid until the arena is reset.
    package mutating func text(of format: IndexRange) -> ByteSlice {
        // Literals alone need no copy.
        if format.count == 1 {
            let node = book.nodes[Int(format.start)]
            if node.kind == .literal { return book[node.text] }
        }
        // Values are made in the same arena, so pieces are gathered behind them one by one.
        var gathered = Gathering(start: arena.count)
        for index in format.range {
            let node = book.nodes[index]
            switch node.kind {
            case .literal: gathered.add(book[node.text], to: &arena)
            case .expression:
                let value = value(of: node.expression, as: .string)
                appendText(value.bytes, node, isExpression: true, &gathered)
            case .alias:
                let mark = arena.count
                let isText = appendAlias(node)
                let piece = arena.slice(from: mark)
                if isText {
                    appendText(piece, node, isExpression: false, &gathered)
                } else {
                    gathered.add(piece, to: &arena)
                }
            }
        }
        return gathered.finish(&arena)
    }

    /// Quotes, escapes and the dash for nothing.
    private mutating func appendText(
        _ bytes: ByteSlice,
        _ node: FormatNode,
        isExpression: Bool,
        _ gathered: inout Gathering
    ) {
        let mark = arena.count
        if node.quotes { arena.append(byte: UInt8(ascii: "\"")) }
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if node.escapes, byte == 34 || byte == 92 || byte == 93 { arena.append(byte: 92) }
            if isExpression, byte < 32 && byte != 9 || byte == 127 {
                // What may not stand in a header or a line is written in hexadecimal.
                arena.append(byte: UInt8(ascii: node.isMandatory ? "#" : "%"))
                arena.append(hexadecimal: byte, isUpper: true)
            } else {
                arena.append(byte: byte)
            }
        }
        if bytes.isEmpty, node.isMandatory, !node.quotes { arena.append(byte: UInt8(ascii: "-")) }
        if node.quotes { arena.append(byte: UInt8(ascii: "\"")) }
        gathered.add(arena.slice(from: mark), to: &arena)
    }

    /// Puts an alias's text into the arena; true when quoting and escaping apply to it.
    private mutating func appendAlias(_ node: FormatNode) -> Bool {
        let number = node.alias.rawValue
        if number <= LogAlias.serverPort.rawValue { return appendEndpoint(node) }
        if number <= LogAlias.backendQueue.rawValue { return appendLoad(node) }
        if number <= LogAlias.hostname.rawValue { return appendIdentity(node) }
        if number <= LogAlias.capturedResponseHeadersCLF.rawValue || node.alias == .fullRequestLine
        {
            return appendRequest(node)
        }
        if number <= LogAlias.startLocalDate.rawValue { return appendDate(node.alias) }
        if node.alias == .tlsVersion || node.alias == .tlsCiphers {
            let isVersion = node.alias == .tlsVersion
            let text = isVersion ? exchange.tls.versionName : exchange.tls.cipherName
            if text.isEmpty { arena.append("-") } else { arena.append(text) }
            return true
        }
        appendTimer(node.alias)
        return false
    }

    private mutating func appendEndpoint(_ node: FormatNode) -> Bool {
        var address: SocketAddress
        switch node.alias {
        case .clientAddress, .clientPort: address = exchange.client
        case .frontendAddress, .frontendPort: address = local
        case .serverAddress, .serverPort: address = serverAddress
        default: address = SocketAddress()
        }
        switch node.alias {
        case .clientPort, .frontendPort, .backendSourcePort, .serverPort:
            if address.family == .unix || address.family == .abstract {
                arena.append(decimal: 0)
            } else {
                appendNumber(Int64(address.port), node)
            }
            return false
        default: break
        }
        if address.family == .unix || address.family == .abstract {
            arena.append("unix")
        } else if node.isHexadecimal, address.family == .ipv4 {
            for shift in stride(from: UInt64(24), through: 0, by: -8) {
                arena.append(
                    hexadecimal: UInt8(truncatingIfNeeded: address.low >> shift),
                    isUpper: true
                )
            }
        } else {
            let text = Sample(address).text(in: &arena)
            // The text was made in place; with none there is a dash.
            if !text.isPresent { arena.append("-") }
        }
        return true
    }

    private mutating func appendNumber(_ number: Int64, _ node: FormatNode) {
        guard node.isHexadecimal else {
            arena.append(decimal: number)
            return
        }
        for shift in stride(from: Int64(number > 0xffff ? 24 : 8), through: 0, by: -8) {
            arena.append(hexadecimal: UInt8(truncatingIfNeeded: number >> shift), isUpper: true)
        }
    }

    private mutating func appendLoad(_ node: FormatNode) -> Bool {
        switch node.alias {
        case .retries:
            if record.isRedispatched { arena.append("+") }
            arena.append(decimal: Int64(record.retries))
        case .serverQueue: arena.append(decimal: Int64(record.serverQueue))
        case .backendQueue: arena.append(decimal: Int64(record.backendQueue))
        case .actualConnections: arena.append(decimal: load.process)
        case .frontendConnections: arena.append(decimal: load.frontend)
        case .backendConnections: arena.append(decimal: load.backend)
        default: arena.append(decimal: load.server)
        }
        return false
    }

    private mutating func appendIdentity(_ node: FormatNode) -> Bool {
        switch node.alias {
        case .frontendName: appendName(of: book.frontends, exchange.frontend)
        case .frontendTransport:
            appendName(of: book.frontends, exchange.frontend)
            if exchange.tls.isPresent { arena.append("~") }
        case .backendName:
            // Without a backend the frontend stands for it.
            if exchange.backend >= 0 {
                appendName(of: book.backends, exchange.backend)
            } else {
                appendName(of: book.frontends, exchange.frontend)
            }
        case .serverName:
            arena.append(exchange.serverName.isEmpty ? ByteSlice("<NOSRV>") : exchange.serverName)
        case .bytesRead:
            if logsEarly { arena.append("+") }
            arena.append(decimal: record.bytesOut)
        case .bytesUploaded: arena.append(decimal: record.bytesIn)
        case .requestCookie, .responseCookie: return true
        case .terminationState, .terminationStateWithCookie:
            let state = record.terminationState
            for index in 0..<(node.alias == .terminationState ? 2 : 4) {
                arena.append(byte: state[index])
            }
        case .statusCode: arena.append(decimal: record.status == 0 ? -1 : Int64(record.status))
        case .requestCounter:
            appendNumber(requestCounter, node)
            return false
        case .uniqueID:
            let mark = arena.count
            let made = uniqueID()
            arena.release(to: mark)
            arena.append(made.bytes)
        case .processID:
            appendNumber(process.pid, node)
            return false
        default: arena.append(process.hostname.slice)
        }
        switch node.alias {
        case .bytesRead, .bytesUploaded, .statusCode, .terminationState,
            .terminationStateWithCookie:
            return false
        default: return true
        }
    }

    private mutating func appendName(of proxies: RawArray<ProxyRules>, _ number: Int32) {
        guard number >= 0, Int(number) < proxies.count else { return }
        arena.append(book[proxies[Int(number)].name])
    }

    private mutating func appendRequest(_ node: FormatNode) -> Bool {
        let method = kept.value(of: KeptKey.method).bytes
        let uri = kept.value(of: KeptKey.uri).bytes
        let question = uri.firstIndex(of: UInt8(ascii: "?"))
        switch node.alias {
        case .requestLine, .fullRequestLine:
            guard !method.isEmpty else {
                arena.append("<BADREQ>")
                return true
            }
            appendEncoded(method, isHeader: false)
            arena.append(" ")
            appendEncoded(uri, isHeader: false)
            arena.append(" ")
            arena.append(kept.value(of: KeptKey.requestVersion).bytes)
        case .method: appendRequestPart(method)
        case .uri: appendRequestPart(uri)
        case .path:
            let start = uri.pathStart
            appendRequestPart(uri[min(start, uri.count)..<max(start, question ?? uri.count)])
        case .query: appendEncoded(question.map { uri.dropFirst($0) } ?? .empty, isHeader: false)
        case .version: appendRequestPart(kept.value(of: KeptKey.requestVersion).bytes)
        default:
            appendCaptures(node)
            return false
        }
        return true
    }

    private mutating func appendRequestPart(_ bytes: ByteSlice) {
        if bytes.isEmpty { arena.append("<BADREQ>") } else { appendEncoded(bytes, isHeader: false) }
    }

    /// `{a|b}`, or each in quotes for CLF; nothing when nothing was to be captured.
    private mutating func appendCaptures(_ node: FormatNode) {
        let isRequest =
            node.alias == .capturedRequestHeaders || node.alias == .capturedRequestHeadersCLF
        let isCLF =
            node.alias == .capturedRequestHeadersCLF || node.alias == .capturedResponseHeadersCLF
        guard exchange.frontend >= 0 else { return }
        let rules = book.frontends[Int(exchange.frontend)]
        let count = Int(isRequest ? rules.requestCaptures : rules.responseCaptures)
        guard count > 0 else { return }
        if !isCLF { arena.append(node.quotes ? "\"{" : "{") }
        for slot in 0..<count {
            let key = isRequest ? KeptKey.requestCapture(slot) : KeptKey.responseCapture(slot)
            if slot > 0 { arena.append(isCLF ? " " : "|") }
            if isCLF { arena.append("\"") }
            appendEncoded(kept.value(of: key).bytes, isHeader: true)
            if isCLF { arena.append("\"") }
        }
        if !isCLF { arena.append(node.quotes ? "}\"" : "}") }
    }

    /// What would break a line, or its parts, becomes `#` and two digits.
    private mutating func appendEncoded(_ bytes: ByteSlice, isHeader: Bool) {
        for index in 0..<bytes.count {
            let byte = bytes[index]
            let isSpecial =
                byte < 32 || byte >= 127 || byte == 34 || byte == 35
                || isHeader && byte &- 123 < 3
            if isSpecial {
                arena.append(byte: UInt8(ascii: "#"))
                arena.append(hexadecimal: byte, isUpper: true)
            } else {
                arena.append(byte: byte)
            }
        }
    }

    /// The moment on the wall at which the monotonic clock showed `moment`.
    private mutating func wall(_ moment: Int64) -> Int64 {
        let now = time
        return moment == 0 ? now : now - (MonotonicClock.milliseconds - moment) * 1000
    }

    private mutating func appendDate(_ alias: LogAlias) -> Bool {
        let isStart = alias.rawValue >= LogAlias.startDate.rawValue
        let moment = wall(isStart ? record.began : record.idleSince)
        let seconds = moment / 1_000_000
        switch alias {
        case .timestamp: arena.append(decimal: seconds)
        case .milliseconds: arena.append(decimal: moment / 1000 % 1000, digits: 3)
        case .date, .startDate:
            LogDate.appendLog(seconds + localOffset(seconds), to: &arena)
            arena.append(".")
            arena.append(decimal: moment / 1000 % 1000, digits: 3)
        case .gmtDate, .startGMTDate:
            LogDate.appendLog(seconds, to: &arena)
            arena.append(" +0000")
        default:
            let offset = localOffset(seconds)
            LogDate.appendLog(seconds + offset, to: &arena)
            arena.append(" ")
            LogDate.appendOffset(offset, separator: false, to: &arena)
        }
        return false
    }

    /// Asked of the C library once a quarter of an hour at most: no zone changes more often.
    private mutating func localOffset(_ seconds: Int64) -> Int64 {
        if zone.quarter != seconds / 900 || zone.quarter == 0 {
            zone = (seconds / 900, WallClock.localOffset(at: seconds))
        }
        return zone.offset
    }

    /// Sums are those so far (`option logasap`).
    private var logsEarly: Bool {
        exchange.frontend >= 0 && Int(exchange.frontend) < book.frontends.count
            && book.frontends[Int(exchange.frontend)].logsEarly
    }

    private mutating func appendTimer(_ alias: LogAlias) {
        let value =
            switch alias {
            case .handshakeTime: 0
            case .idleTime: record.idleTime
            case .requestTime: record.requestTime
            case .activeRequestTime:
                record.requestTime < 0 ? -1 : max(0, record.idleTime) + record.requestTime
            case .queueTime: record.queueTime
            case .connectTime: record.connectTime
            case .responseTime: record.responseTime
            case .activeTime, .userTime: record.activeTime
            case .totalTime: record.totalTime
            default: record.dataTime
            }
        let isSum = alias == .activeTime || alias == .userTime || alias == .totalTime
        if isSum, logsEarly { arena.append("+") }
        arena.append(decimal: Int64(value))
    }
}

/// Pieces of a text that are made in one arena, each behind scraps of its making.
private struct Gathering {
    private let start: Int
    /// Where the text gathered so far ends.
    private var end: Int

    init(start: Int) {
        self.start = start
        end = start
    }

    /// Moves a piece up to what was gathered and lets go of what lay between.
    mutating func add(_ piece: ByteSlice, to arena: inout Arena) {
        arena.release(to: end)
        arena.append(piece)
        end = arena.count
    }

    func finish(_ arena: inout Arena) -> ByteSlice {
        arena.release(to: end)
        return arena.slice(from: start)
    }
}

extension ByteSlice {
    /// Where the path of a request-target begins: behind the authority of an absolute one.
    fileprivate var pathStart: Int {
        if count > 0, self[0] == UInt8(ascii: "/") || self[0] == UInt8(ascii: "*") { return 0 }
        var index = 0
        while index + 2 < count {
            if self[index] == UInt8(ascii: ":"), self[index + 1] == UInt8(ascii: "/"),
                self[index + 2] == UInt8(ascii: "/")
            {
                return firstIndex(of: UInt8(ascii: "/"), from: index + 3) ?? count
            }
            index += 1
        }
        return count
    }
}
