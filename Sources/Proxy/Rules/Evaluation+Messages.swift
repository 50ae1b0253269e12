/// Fetches from requests and responses.
extension Evaluation {
    mutating func fetchRequest(_ expression: Expression, _ cursor: inout FetchCursor) -> Sample {
        let bytes = requestBytes
        switch expression.fetch {
        // As it was received: `set-method` changes what is sent, not what is asked (2.6).
        case .method:
            let method = receivedMethod.isEmpty ? requests[0].method : receivedMethod
            return Sample(bytes[method.range])
        case .path:
            let path = requests[0].path
            return path.isEmpty ? Sample() : Sample(bytes[path.range])
        case .pathAndQuery:
            let path = requests[0].path
            return path.isEmpty ? Sample() : Sample(bytes[Int(path.start)..<requests[0].target.end])
        case .url: return Sample(bytes[requests[0].target.range])
        case .query: return query.map { Sample($0) } ?? Sample()
        case .base: return base()
        case .requestVersion: return Sample(ByteSlice(requests[0].isVersion10 ? "1.0" : "1.1"))
        case .isHTTP: return Sample(true)
        case .parameter, .parameterInteger: return parameter(expression, &cursor)
        case .urlAddress, .urlPort: return authority(expression.fetch)
        case .requestLength: return Sample(Int64(bytes.count))
        case .bearer: return bearer(expression)
        case .requestCookie, .requestCookieCount, .requestCookieInteger:
            return cookie(expression, &cursor)
        case .requestCookieNames: return cookieNames(expression, ofResponse: false)
        default: return header(expression, ofResponse: false, &cursor)
        }
    }

    /// What follows the question mark; nil without one.
    private var query: ByteSlice? {
        let target = requestBytes[requests[0].target.range]
        return target.firstIndex(of: UInt8(ascii: "?")).map { target.dropFirst($0 + 1) }
    }

    private mutating func base() -> Sample {
        let mark = arena.count
        arena.append(requestBytes[requests[0].host.range])
        let path = requestBytes[requests[0].path.range]
        // An asterisk or an authority is no path.
        arena.append(path)
        return Sample(arena.slice(from: mark))
    }

    private func authority(_ code: FetchCode) -> Sample {
        guard requests[0].isAbsoluteForm else { return Sample() }
        let host = requestBytes[requests[0].host.range]
        let colon = host.firstIndex(of: UInt8(ascii: ":"))
        if code == .urlAddress {
            guard let bits = host.prefix(colon ?? host.count).ipv4 else { return Sample() }
            return Sample(SocketAddress(ipv4: bits, port: 0))
        }
        guard let colon else { return Sample(80) }
        return host.dropFirst(colon + 1).decimal.map { Sample($0) } ?? Sample()
    }

    private mutating func bearer(_ expression: Expression) -> Sample {
        let name =
            expression.arguments.text.isEmpty
            ? ByteSlice("authorization") : book[expression.arguments.text]
        for index in 0..<requests[0].fields.count {
            let field = requests[0].fields[index]
            guard requestBytes[field.name.range].isEqualIgnoringCase(to: name) else { continue }
            let value = requestBytes[field.value.range]
            guard value.count > 7, value.prefix(7).isEqualIgnoringCase(to: ByteSlice("bearer "))
            else {
                return Sample()
            }
            return Sample(value.dropFirst(7).trimmed)
        }
        return Sample()
    }

    mutating func fetchResponse(_ expression: Expression, _ cursor: inout FetchCursor) -> Sample {
        switch expression.fetch {
        case .status: Sample(Int64(responses[0].status))
        case .responseVersion: Sample(ByteSlice(responses[0].isVersion10 ? "1.0" : "1.1"))
        case .responseCookie, .responseCookieCount, .responseCookieInteger:
            setCookie(expression, &cursor)
        case .responseCookieNames: cookieNames(expression, ofResponse: true)
        default: header(expression, ofResponse: true, &cursor)
        }
    }

    // MARK: Header fields

    @inline(__always)
    private func field(_ index: Int, ofResponse: Bool) -> RequestHead.Field {
        ofResponse ? responses[0].fields[index] : requests[0].fields[index]
    }

    /// What concerns the connection alone is not shown, as HAProxy takes it out before rules see it.
    private func isHidden(_ index: Int, _ ofResponse: Bool) -> Bool {
        let isRemoved =
            ofResponse
            ? responses[0].fields.isRemoved(index) : requests[0].fields.isRemoved(index)
        guard isRemoved else { return false }
        let bytes = ofResponse ? responseBytes : requestBytes
        let name = bytes[field(index, ofResponse: ofResponse).name.range]
        return name.isEqualIgnoringCase(to: ByteSlice("connection"))
    }

    private func count(ofResponse: Bool) -> Int {
        ofResponse ? responses[0].fields.count : requests[0].fields.count
    }

    private mutating func header(
        _ expression: Expression,
        ofResponse: Bool,
        _ cursor: inout FetchCursor
    )
        -> Sample
    {
        let name = book[expression.arguments.text]
        let occurrence = Int(expression.arguments.number)
        switch expression.fetch {
        case .requestHeader, .responseHeader:
            return value(name, occurrence, ofResponse, isWhole: false, &cursor)
        case .requestFullHeader, .responseFullHeader:
            return value(name, occurrence, ofResponse, isWhole: true, &cursor)
        case .requestHeaderAddress, .responseHeaderAddress:
            let found = value(name, occurrence, ofResponse, isWhole: false, &cursor)
            return HeaderAddress.parse(found.bytes)
        case .requestHeaderInteger, .responseHeaderInteger:
            let found = value(name, occurrence, ofResponse, isWhole: false, &cursor)
            return found.isPresent ? Sample(found.bytes.leadingInteger) : found
        case .requestHeaderCount, .responseHeaderCount, .requestFullHeaderCount,
            .responseFullHeaderCount:
            let isWhole =
                expression.fetch == .requestFullHeaderCount
                || expression.fetch == .responseFullHeaderCount
            return Sample(Int64(countValues(name, ofResponse, isWhole: isWhole)))
        case .requestHeaderNames, .responseHeaderNames: return names(expression, ofResponse)
        case .requestHeaders, .responseHeaders: return lines(ofResponse)
        default: return Sample()
        }
    }

    /// The value at an occurrence (from 1, or from the end when negative), the last for 0, or the next when walking.
    private mutating func value(
        _ name: ByteSlice,
        _ occurrence: Int,
        _ ofResponse: Bool,
        isWhole: Bool,
        _ cursor: inout FetchCursor
    ) -> Sample {
        // The target's authority takes the place of the header (RFC 9112 §3.2.2).
        if !ofResponse, requests[0].isAbsoluteForm, name.isEqual(to: ByteSlice("host")) {
            return Sample(requestBytes[requests[0].host.range])
        }
        var walker = FetchCursor()
        if cursor.walks {
            let found = next(name, ofResponse, isWhole: isWhole, &cursor)
            cursor.hasMore = found != nil
            return found.map { Sample($0) } ?? Sample()
        }
        if occurrence > 0 {
            for _ in 1..<occurrence where next(name, ofResponse, isWhole: isWhole, &walker) == nil {
                return Sample()
            }
            return next(name, ofResponse, isWhole: isWhole, &walker).map { Sample($0) } ?? Sample()
        }
        var wanted = countValues(name, ofResponse, isWhole: isWhole)
        wanted -= max(0, -occurrence - 1)
        guard wanted > 0 else { return Sample() }
        var found = ByteSlice.empty
        for _ in 0..<wanted { found = next(name, ofResponse, isWhole: isWhole, &walker) ?? found }
        return Sample(found)
    }

    private func countValues(_ name: ByteSlice, _ ofResponse: Bool, isWhole: Bool) -> Int {
        var walker = FetchCursor()
        var count = 0
        while next(name, ofResponse, isWhole: isWhole, &walker) != nil { count += 1 }
        return count
    }

    /// The next value of a header by name, of any header when the name is empty.
    private func next(
        _ name: ByteSlice,
        _ ofResponse: Bool,
        isWhole: Bool,
        _ cursor: inout FetchCursor
    )
        -> ByteSlice?
    {
        let bytes = ofResponse ? responseBytes : requestBytes
        while cursor.field < count(ofResponse: ofResponse) {
            let field = field(cursor.field, ofResponse: ofResponse)
            guard !isHidden(cursor.field, ofResponse),
                name.isEmpty || bytes[field.name.range].isEqualIgnoringCase(to: name)
            else {
                cursor.field += 1
                continue
            }
            let value = bytes[field.value.range]
            if isWhole {
                cursor.field += 1
                return value
            }
            let end = value.endOfListItem(from: cursor.offset)
            let part = value[cursor.offset..<end].trimmed
            if end >= value.count {
                cursor = cursor.behindField
            } else {
                cursor.offset = end + 1
            }
            return part
        }
        return nil
    }

    private mutating func names(_ expression: Expression, _ ofResponse: Bool) -> Sample {
        let bytes = ofResponse ? responseBytes : requestBytes
        let delimiter =
            expression.arguments.text.isEmpty ? ByteSlice(",") : book[expression.arguments.text]
        let mark = arena.count
        for index in 0..<count(ofResponse: ofResponse) where !isHidden(index, ofResponse) {
            if arena.count > mark { arena.append(delimiter.prefix(1)) }
            let name = bytes[field(index, ofResponse: ofResponse).name.range]
            for offset in 0..<name.count { arena.append(byte: ASCII.lowercased(name[offset])) }
        }
        return Sample(arena.slice(from: mark))
    }

    private mutating func lines(_ ofResponse: Bool) -> Sample {
        let bytes = ofResponse ? responseBytes : requestBytes
        let mark = arena.count
        for index in 0..<count(ofResponse: ofResponse) where !isHidden(index, ofResponse) {
            let field = field(index, ofResponse: ofResponse)
            let name = bytes[field.name.range]
            for offset in 0..<name.count { arena.append(byte: ASCII.lowercased(name[offset])) }
            arena.append(": ")
            arena.append(bytes[field.value.range])
            arena.append("\r\n")
        }
        arena.append("\r\n")
        return Sample(arena.slice(from: mark))
    }

    // MARK: Cookies and parameters

    private func cookie(_ expression: Expression, _ cursor: inout FetchCursor) -> Sample {
        let name = book[expression.arguments.text]
        if expression.fetch == .requestCookieCount {
            var walker = FetchCursor()
            var count: Int64 = 0
            while nextCookie(name, &walker) != nil { count += 1 }
            return Sample(count)
        }
        var found: ByteSlice?
        if cursor.walks {
            found = nextCookie(name, &cursor)
            cursor.hasMore = found != nil
        } else {
            var walker = FetchCursor()
            found = nextCookie(name, &walker)
            // The last one counts, or the first when any will do, as HAProxy has it.
            while !name.isEmpty, let later = nextCookie(name, &walker) { found = later }
        }
        guard let found else { return Sample() }
        return expression.fetch == .requestCookieInteger
            ? Sample(found.leadingInteger) : Sample(found)
    }

    private func nextCookie(_ name: ByteSlice, _ cursor: inout FetchCursor) -> ByteSlice? {
        while cursor.field < requests[0].fields.count {
            let field = requests[0].fields[cursor.field]
            guard requestBytes[field.name.range].isEqualIgnoringCase(to: ByteSlice("cookie")) else {
                cursor.field += 1
                continue
            }
            let value = requestBytes[field.value.range]
            while cursor.offset < value.count {
                let end = value.endOfCookie(from: cursor.offset)
                let pair = value[cursor.offset..<end].trimmed
                cursor.offset = end + 1
                if let found = pair.cookieValue(named: name) { return found }
            }
            cursor = cursor.behindField
        }
        return nil
    }

    private func setCookie(_ expression: Expression, _ cursor: inout FetchCursor) -> Sample {
        let name = book[expression.arguments.text]
        let isCount = expression.fetch == .responseCookieCount
        var count: Int64 = 0
        var found: ByteSlice?
        while cursor.field < responses[0].fields.count {
            let field = responses[0].fields[cursor.field]
            cursor.field += 1
            guard responseBytes[field.name.range].isEqualIgnoringCase(to: ByteSlice("set-cookie"))
            else {
                continue
            }
            let value = responseBytes[field.value.range]
            let pair = value.prefix(value.endOfCookie(from: 0)).trimmed
            guard let part = pair.cookieValue(named: name) else { continue }
            count += 1
            found = part
            if cursor.walks {
                cursor.hasMore = true
                break
            }
            if name.isEmpty, !isCount { break }
        }
        if isCount { return Sample(count) }
        guard let found else { return Sample() }
        return expression.fetch == .responseCookieInteger
            ? Sample(found.leadingInteger) : Sample(found)
    }

    /// Of a `Set-Cookie` the first pair names the cookie; the others are its attributes.
    private mutating func cookieNames(_ expression: Expression, ofResponse: Bool) -> Sample {
        let bytes = ofResponse ? responseBytes : requestBytes
        let given = book[expression.arguments.text]
        let delimiter = given.isEmpty ? UInt8(ascii: ",") : given[0]
        let wanted = ByteSlice(ofResponse ? "set-cookie" : "cookie")
        let mark = arena.count
        for index in 0..<count(ofResponse: ofResponse) {
            let field = field(index, ofResponse: ofResponse)
            guard bytes[field.name.range].isEqualIgnoringCase(to: wanted) else { continue }
            let value = bytes[field.value.range]
            var offset = 0
            repeat {
                let end = value.endOfCookie(from: offset)
                let pair = value[offset..<end].trimmed
                offset = end + 1
                guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { continue }
                if arena.count > mark { arena.append(byte: delimiter) }
                arena.append(pair.prefix(equals).trimmed)
            } while !ofResponse && offset < value.count
        }
        return Sample(arena.slice(from: mark))
    }

    private mutating func parameter(_ expression: Expression, _ cursor: inout FetchCursor) -> Sample
    {
        let target = requestBytes[requests[0].target.range]
        let delimiter =
            expression.arguments.second.isEmpty
            ? UInt8(ascii: "?") : book[expression.arguments.second][0]
        guard let start = target.firstIndex(of: delimiter) else { return Sample() }
        var walker = QueryCursor(target.dropFirst(start + 1))
        walker.offset = cursor.offset
        guard let found = walker.next(book[expression.arguments.text]) else { return Sample() }
        if cursor.walks {
            cursor.offset = walker.offset
            cursor.hasMore = true
        }
        return expression.fetch == .parameterInteger ? Sample(found.leadingInteger) : Sample(found)
    }
}

extension FetchCursor {
    /// At the start of the next field.
    fileprivate var behindField: FetchCursor {
        var moved = self
        moved.field += 1
        moved.offset = 0
        return moved
    }
}

/// The parameters of a query, `name=value` between `&` or `;`.
struct QueryCursor {
    private let bytes: ByteSlice
    var offset = 0

    init(_ bytes: ByteSlice) { self.bytes = bytes }

    /// The value of the first parameter with the name, empty for one without `=` (`param`).
    mutating func find(_ name: ByteSlice, delimiter: UInt8) -> ByteSlice? {
        while offset < bytes.count {
            let end = bytes.firstIndex(of: delimiter, from: offset) ?? bytes.count
            let pair = bytes[offset..<end]
            offset = end + 1
            let equals = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.count
            if pair.prefix(equals).isEqual(to: name) {
                return pair.dropFirst(min(equals + 1, pair.count))
            }
        }
        return nil
    }

    /// The value of the next parameter with the name, of any when the name is empty.
    mutating func next(_ name: ByteSlice) -> ByteSlice? {
        while offset < bytes.count {
            var end = offset
            while end < bytes.count, bytes[end] != UInt8(ascii: "&"),
                bytes[end] != UInt8(ascii: ";")
            { end += 1 }
            let pair = bytes[offset..<end]
            offset = end + 1
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            if let equals, name.isEmpty || pair.prefix(equals).isEqual(to: name) {
                return pair.dropFirst(equals + 1)
            }
        }
        return nil
    }
}

/// Addresses as proxies write them into headers.
enum HeaderAddress {
    /// `1.2.3.4`, `1.2.3.4:80`, `::1`, `[::1]:80`; absent for anything else.
    static func parse(_ bytes: ByteSlice) -> Sample {
        let whole = Sample(parsing: bytes)
        if whole.isPresent { return whole }
        if bytes.count > 2, bytes[0] == UInt8(ascii: "["),
            let end = bytes.firstIndex(of: UInt8(ascii: "]"))
        {
            return Sample(parsing: bytes[1..<end])
        }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            let bits = bytes.prefix(colon).ipv4
        else {
            return Sample()
        }
        return Sample(SocketAddress(ipv4: bits, port: 0))
    }
}

extension ByteSlice {
    /// Digits at the start, after a sign; 0 without any (`strl2ic`).
    var leadingInteger: Int64 {
        var index = 0
        var isNegative = false
        if count > 0, self[0] == UInt8(ascii: "-") || self[0] == UInt8(ascii: "+") {
            isNegative = self[0] == UInt8(ascii: "-")
            index = 1
        }
        var value: Int64 = 0
        while index < count, ASCII.isDigit(self[index]) {
            value = value &* 10 &+ Int64(self[index]) &- 48
            index += 1
        }
        return isNegative ? -value : value
    }

    /// The comma that ends a list item, commas in quotes left out; `count` if none.
    func endOfListItem(from start: Int) -> Int {
        var index = start
        var isQuoted = false
        while index < count {
            let byte = self[index]
            if isQuoted, byte == UInt8(ascii: "\\") {
                index += 1
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if byte == UInt8(ascii: ","), !isQuoted {
                return index
            }
            index += 1
        }
        return count
    }

    /// The semicolon that ends a cookie; `count` if none.
    func endOfCookie(from start: Int) -> Int {
        var index = start
        while index < count, self[index] != UInt8(ascii: ";") { index += 1 }
        return index
    }

    /// The value of a `name=value` pair; the name of the cookie may be left open.
    func cookieValue(named name: ByteSlice) -> ByteSlice? {
        guard let equals = firstIndex(of: UInt8(ascii: "=")) else { return nil }
        guard name.isEmpty || prefix(equals).trimmed.isEqual(to: name) else { return nil }
        return dropFirst(equals + 1).trimmed
    }
}
