/// Persistence by cookie, on the request and on the response (`http_manage_client_side_cookies` and its sister,
/// HAProxy 2.6).
extension Worker {
    /// Looks for the cookie that names a server, and takes it out of the request where servers must not see it.
    ///
    /// What is left of edited fields is in `edits`, as whole lines.
    @inline(never)
    mutating func readCookies(_ index: Int, _ bytes: ByteSlice, _ backend: BackendSnapshot) {
        let cookie = backend.options.cookie
        records[index].cookieIn = UInt8(ascii: "N")
        records[index].cookieOut = UInt8(ascii: "N")
        connections[index].persistence = Connection.Persistence()
        for field in 0..<request.fields.count where isField(field, "cookie", request.fields, bytes)
        {
            let value = request.fields[field].value
            var cursor = CookieCursor(value)
            var isEdited = false
            while let pair = cursor.next(in: bytes) {
                guard bytes[pair.name].isEqual(to: cookie.name) else { continue }
                isEdited = identify(pair, index, bytes, backend) || isEdited
            }
            if isEdited {
                request.fields.remove(field)
                writeCookies(value, bytes, cookie)
            }
        }
        if connections[index].wanted < 0 {
            connections[index].wanted = connections[index].persistence.slot
        } else {
            // A rule has chosen: no cookie needs to say so.
            connections[index].persistence.slot = connections[index].wanted
        }
    }

    private func isField(
        _ field: Int,
        _ name: StaticString,
        _ fields: FieldTable,
        _ bytes: ByteSlice
    ) -> Bool {
        let part = fields[field].name
        return Int(part.count) == name.utf8CodeUnitCount
            && bytes.withSpan { $0.matches(name, at: Int(part.start), count: Int(part.count)) }
    }

    /// Finds the server a cookie names; true when the cookie does not go on as it is.
    private mutating func identify(
        _ pair: CookiePair,
        _ index: Int,
        _ bytes: ByteSlice,
        _ backend: BackendSnapshot
    ) -> Bool {
        let cookie = backend.options.cookie
        var end = pair.value.upperBound
        if cookie.mode == .prefix { end = pair.firstInValue(126, of: bytes) }
        let isPrefixed = cookie.mode == .prefix && end < pair.value.upperBound
        if cookie.hasDates { end = readDates(pair, index, bytes) }
        let isEdited = isPrefixed || cookie.mode == .insert && cookie.isIndirect
        // The first that is good counts.
        guard connections[index].persistence.slot < 0 else { return isEdited }
        if connections[index].ignoresCookie || connections[index].wanted >= 0 {
            records[index].cookieIn = UInt8(ascii: "U")
            return isEdited
        }
        if let state = expiry(index, cookie) {
            records[index].cookieIn = state
            return isEdited
        }
        var state = UInt8(ascii: "I")
        let name = bytes[pair.value.lowerBound..<end]
        for place in backend.cookieServers.indices {
            let known = backend.cookieServers[place]
            guard !name.isEmpty, name.isEqual(to: known.server.options.cookie) else { continue }
            state = UInt8(ascii: known.isUp ? "V" : "D")
            guard known.isUp || connections[index].forcesServer else { continue }
            connections[index].persistence.slot = Int32(known.server.slot)
            break
        }
        records[index].cookieIn = state
        return isEdited
    }

    /// Takes down the dates behind the value; where the value ends.
    private func readDates(_ pair: CookiePair, _ index: Int, _ bytes: ByteSlice) -> Int {
        let end = pair.firstInValue(124, of: bytes)
        let last = end + 1..<min(end + 6, pair.value.upperBound)
        guard end < pair.value.upperBound, last.count == 5 else { return end }
        connections[index].persistence.lastSeen = CookieDate.read(bytes, last)
        let place = last.upperBound
        if place + 6 <= pair.value.upperBound, bytes[place] == 124 {
            connections[index].persistence.firstSeen = CookieDate.read(bytes, place + 1..<place + 6)
        }
        return end
    }

    /// `O` or `E` for a cookie that is too old to count.
    private func expiry(_ index: Int, _ cookie: CookiePersistence) -> UInt8? {
        guard cookie.hasDates else { return nil }
        let persistence = connections[index].persistence
        let time = SystemProcess.time
        if cookie.maxLife > 0, persistence.firstSeen > 0,
            time - persistence.firstSeen > Int(cookie.maxLife)
        {
            return UInt8(ascii: "O")
        }
        if cookie.maxIdle > 0, persistence.lastSeen > 0,
            time - persistence.lastSeen > Int(cookie.maxIdle)
        {
            return UInt8(ascii: "E")
        }
        return nil
    }

    /// A `Cookie` line without what is the proxy's own.
    private mutating func writeCookies(
        _ value: RequestHead.Part,
        _ bytes: ByteSlice,
        _ cookie: CookiePersistence
    ) {
        var cursor = CookieCursor(value)
        var isFirst = true
        while let pair = cursor.next(in: bytes) {
            let isOwn = bytes[pair.name].isEqual(to: cookie.name)
            if isOwn, cookie.mode == .insert { continue }
            edits.append(isFirst ? "cookie: " : "; ")
            isFirst = false
            let end = isOwn ? pair.firstInValue(126, of: bytes) : pair.value.upperBound
            if isOwn, end < pair.value.upperBound {
                edits.append(bytes[pair.name])
                edits.append("=")
                edits.append(bytes[end + 1..<pair.value.upperBound])
            } else {
                edits.append(bytes[pair.whole])
            }
        }
        if !isFirst { edits.append("\r\n") }
    }

    // MARK: Responses

    /// Puts the cookie into a response as its mode demands; lines to add are in `edits`.
    @inline(never)
    mutating func writeCookie(_ client: Int, _ bytes: ByteSlice, _ backend: BackendSnapshot) {
        let cookie = backend.options.cookie
        let slot = connections[client].slot
        var value = RawText.empty
        for place in backend.cookieServers.indices
        where backend.cookieServers[place].server.slot == slot {
            value = backend.cookieServers[place].server.options.cookie
        }
        let isDirect = connections[client].persistence.slot == Int32(slot)
        var isProvided = false
        for field in 0..<response.fields.count
        where isField(field, "set-cookie", response.fields, bytes) {
            var cursor = CookieCursor(response.fields[field].value)
            guard let pair = cursor.next(in: bytes), bytes[pair.name].isEqual(to: cookie.name)
            else {
                continue
            }
            isProvided = true
            records[client].cookieOut = UInt8(ascii: "P")
            editSetCookie(field, pair, client, (cookie, value, isDirect), bytes)
        }
        guard cookie.mode == .insert, !(isProvided && cookie.preservesServers),
            !isDirect || isRefreshDue(client, cookie),
            !cookie.isForPostOnly || connections[client].isPost,
            !connections[client].ignoresCookie
        else { return }
        insertCookie(client, cookie, value, isDirect)
    }

    /// What becomes of a cookie that the server sets.
    private mutating func editSetCookie(
        _ field: Int,
        _ pair: CookiePair,
        _ client: Int,
        _ context: (cookie: CookiePersistence, value: RawText, isDirect: Bool),
        _ bytes: ByteSlice
    ) {
        let (cookie, value, isDirect) = context
        if cookie.preservesServers { return }
        if cookie.mode == .insert || isDirect && cookie.isIndirect {
            response.fields.remove(field)
            records[client].cookieOut = UInt8(ascii: "D")
            return
        }
        guard cookie.mode == .rewrite || cookie.mode == .prefix, !value.isEmpty else { return }
        response.fields.remove(field)
        records[client].cookieOut = UInt8(ascii: "R")
        let whole = response.fields[field].value.range
        edits.append("set-cookie: ")
        edits.append(bytes[whole.lowerBound..<pair.value.lowerBound])
        edits.append(value)
        if cookie.mode == .prefix {
            edits.append("~")
            edits.append(bytes[pair.value])
        }
        edits.append(bytes[pair.value.upperBound..<whole.upperBound])
        edits.append("\r\n")
    }

    /// Whether a cookie that is right needs its dates written anew.
    private func isRefreshDue(_ client: Int, _ cookie: CookiePersistence) -> Bool {
        let persistence = connections[client].persistence
        let isStale =
            (cookie.maxIdle > 0 || persistence.lastSeen > 0)
            && persistence.lastSeen < SystemProcess.time
        return isStale || (cookie.maxLife > 0) != (persistence.firstSeen > 0)
    }

    private mutating func insertCookie(
        _ client: Int,
        _ cookie: CookiePersistence,
        _ value: RawText,
        _ isDirect: Bool
    ) {
        edits.append("set-cookie: ")
        edits.append(cookie.name)
        edits.append("=")
        if value.isEmpty {
            // A server without a value, such as a backup, takes the cookie away.
            edits.append("; Expires=Thu, 01-Jan-1970 00:00:01 GMT")
        } else {
            edits.append(value)
            if cookie.hasDates { writeDates(client, cookie) }
        }
        edits.append(cookie.attributes)
        edits.append("\r\n")
        records[client].cookieOut =
            isDirect && !value.isEmpty ? UInt8(ascii: "U") : UInt8(ascii: "I")
        let mayBeCached = connections[client].method == .get || connections[client].method == .head
        if cookie.forbidsCaching, mayBeCached { edits.append("cache-control: private\r\n") }
    }

    private mutating func writeDates(_ client: Int, _ cookie: CookiePersistence) {
        let time = SystemProcess.time
        CookieDate.write(time, to: &edits)
        guard cookie.maxLife > 0 else { return }
        let first = connections[client].persistence.firstSeen
        CookieDate.write(first > 0 ? first - 3 : time, to: &edits)
    }
}
