/// Carrying out rules, in order, until one decides.
extension Evaluation {
    /// Judges a list of rules.
    package mutating func run(_ list: IndexRange, on side: RuleSide) -> Verdict {
        for index in list.range {
            let action = book.actions[index]
            arena.reset()
            guard holds(action.condition) else { continue }
            let verdict = perform(action, number: Int32(index), on: side)
            if verdict == .failed, !isStrict { continue }
            if verdict != .proceed { return verdict }
        }
        return .proceed
    }

    private mutating func perform(_ action: RuleAction, number: Int32, on side: RuleSide) -> Verdict
    {
        switch action.code {
        case .allow: return .allow
        case .deny: return .deny(action.reply)
        case .reply: return .reply(action.reply)
        case .redirect: return redirects(action) ? .redirect(number) : .proceed
        case .reject: return .reject
        case .setVariable, .formatVariable, .unsetVariable: changeVariable(action)
        case .setLogLevel: logLevel = Int8(action.number)
        case .strictMode: isStrict = action.number != 0
        case .setSource, .setSourcePort, .setDestination, .setDestinationPort: changeAddress(action)
        case .capture: capture(action, on: side)
        case .setStatus: return setStatus(action)
        case .setHeader, .addHeader, .deleteHeader, .replaceHeader, .replaceValue:
            return changeHeader(action, on: side)
        case .setPath, .setPathAndQuery, .setQuery, .setURI, .setMethod, .replacePath,
            .replacePathAndQuery, .replaceURI:
            return changeRequestLine(action)
        case .tarpit: return .tarpit(action.reply)
        case .silentDrop: return .drop
        case .waitForBody:
            let isEnough = action.other > 0 && bodyCount >= action.other
            return isBodyWhole || isEnough ? .proceed : .wait(UInt32(clamping: action.number))
        case .earlyHint: hint(action)
        case .setEntry, .removeEntry: changeList(action)
        case .setTrafficClass, .setMark: markSocket(action)
        // Which connection is served first is not for a rule to say here.
        case .setNice: break
        case .useBackend, .useServer, .forcePersistence, .ignorePersistence: break
        }
        return .proceed
    }

    private mutating func hint(_ action: RuleAction) {
        let value = text(of: action.format)
        let mark = hints.count
        hints.append("HTTP/1.1 103 Early Hints\r\n")
        hints.append(book[action.text])
        hints.append(": ")
        hints.append(value)
        hints.append("\r\n\r\n")
        if hints.isFull { hints.release(to: mark) }
    }

    private func markSocket(_ action: RuleAction) {
        guard exchange.descriptor >= 0 else { return }
        let value = Int32(truncatingIfNeeded: action.number)
        let client = Descriptor(exchange.descriptor)
        if action.code == .setMark { client.setMark(value) } else { client.setTrafficClass(value) }
    }

    /// The first of a backend's `force-persist` and `ignore-persist` rules that holds, or nil.
    package mutating func persistence(of list: IndexRange) -> ActionCode? {
        for index in list.range {
            arena.reset()
            if holds(book.actions[index].condition) { return book.actions[index].code }
        }
        return nil
    }

    /// The slot of the server that `use-server` rules choose, -1 for none; who is down is passed over unless
    /// `isForced`.
    package mutating func server(
        by list: IndexRange,
        of backend: BackendSnapshot,
        isForced: Bool
    ) -> Int32 {
        for index in list.range {
            let action = book.actions[index]
            arena.reset()
            guard holds(action.condition) else { continue }
            let name = action.format.isEmpty ? book[action.text] : text(of: action.format)
            for place in backend.cookieServers.indices {
                let known = backend.cookieServers[place]
                if known.server.name.slice.isEqual(to: name), known.isUp || isForced {
                    return Int32(bitPattern: known.server.slot)
                }
            }
        }
        return -1
    }

    private mutating func changeVariable(_ action: RuleAction) {
        let number = Int32(truncatingIfNeeded: action.number)
        switch action.code {
        case .setVariable:
            let value = value(of: action.expression)
            // A value that is not there leaves the variable as it was.
            if value.isPresent { setVariable(number, to: value) }
        case .formatVariable: setVariable(number, to: Sample(text(of: action.format)))
        default: setVariable(number, to: Sample())
        }
    }

    private mutating func changeAddress(_ action: RuleAction) {
        let isPort = action.code == .setSourcePort || action.code == .setDestinationPort
        let value = value(of: action.expression, as: isPort ? .integer : .address)
        guard value.isPresent else { return }
        let isSource = action.code == .setSource || action.code == .setSourcePort
        var address = isSource ? exchange.client : local
        if isPort {
            // HAProxy makes 0.0.0.0 of what has no port.
            if address.family != .ipv4, address.family != .ipv6 {
                address = SocketAddress(ipv4: 0, port: 0)
            }
            address.port = UInt16(truncatingIfNeeded: value.integer)
        } else {
            address.family = value.kind == .ipv4 ? .ipv4 : .ipv6
            (address.high, address.low) = (value.high, value.low)
        }
        if isSource { exchange.client = address } else { exchange.local = address }
        hasNewAddress = true
    }

    private mutating func capture(_ action: RuleAction, on side: RuleSide) {
        let slot = Int(action.number)
        var value = value(of: action.expression, as: .string)
        guard value.isPresent else { return }
        if action.other > 0 {
            value.bytes = value.bytes.prefix(min(value.bytes.count, Int(action.other)))
        }
        let key = side == .response ? KeptKey.responseCapture(slot) : KeptKey.requestCapture(slot)
        kept.set(key, to: value, pool: pool, arena: &arena)
    }

    /// Keeps what logs and later rules ask of the request.
    package mutating func keepRequestLine(limit: Int) {
        arena.reset()
        let bytes = requestBytes
        let target = bytes[requests[0].target.range]
        keep(KeptKey.method, bytes[requests[0].method.range])
        keep(KeptKey.uri, target.prefix(min(limit, target.count)))
        keep(KeptKey.requestVersion, ByteSlice(requests[0].isVersion10 ? "HTTP/1.0" : "HTTP/1.1"))
    }

    private mutating func keep(_ key: Int32, _ bytes: ByteSlice) {
        kept.set(key, to: Sample(bytes), pool: pool, arena: &arena)
    }

    /// Forgets what lives only as long as one side's processing.
    package mutating func endRequestScope() {
        kept.removeAll(.request, pool: pool, arena: &arena)
    }
}
