/// Changes of heads: new texts lie behind a copy of the head, and the head's parts point to them.
extension Evaluation {
    /// Moves the request's bytes to where texts can be put behind them.
    private mutating func openRequest() {
        guard !requests[0].isEdited else { return }
        requestEdits.reset()
        requestEdits.append(requestBytes.prefix(requests[0].byteCount))
        requestBytes = requestEdits.slice(from: 0)
        requests[0].isEdited = true
    }

    private mutating func openResponse() {
        guard !responses[0].isEdited else { return }
        responseEdits.reset()
        responseEdits.append(responseBytes.prefix(responses[0].byteCount))
        responseBytes = responseEdits.slice(from: 0)
        responses[0].isEdited = true
    }

    /// Puts a text behind the head; nil when there is no room left.
    private mutating func place(_ text: ByteSlice, on side: RuleSide) -> RequestHead.Part? {
        if side == .response {
            openResponse()
            let start = responseEdits.count
            responseEdits.append(text)
            responseBytes = responseEdits.slice(from: 0)
            return responseEdits.isFull
                ? nil : RequestHead.Part(from: start, to: responseEdits.count)
        }
        openRequest()
        let start = requestEdits.count
        requestEdits.append(text)
        requestBytes = requestEdits.slice(from: 0)
        return requestEdits.isFull ? nil : RequestHead.Part(from: start, to: requestEdits.count)
    }

    private func bytes(of side: RuleSide) -> ByteSlice {
        side == .response ? responseBytes : requestBytes
    }

    private func fieldCount(_ side: RuleSide) -> Int {
        side == .response ? responses[0].fields.count : requests[0].fields.count
    }

    private func field(_ index: Int, _ side: RuleSide) -> RequestHead.Field {
        side == .response ? responses[0].fields[index] : requests[0].fields[index]
    }

    // MARK: Header fields

    mutating func changeHeader(_ action: RuleAction, on side: RuleSide) -> Verdict {
        switch action.code {
        case .setHeader, .addHeader:
            let value = text(of: action.format)
            return setHeader(
                book[action.text],
                to: value,
                on: side,
                adds: action.code == .addHeader
            )
        case .deleteHeader:
            deleteHeaders(action, on: side)
            return .proceed
        default: return replaceHeaders(action, on: side)
        }
    }

    /// Replaces every field with the name by one, or adds one more.
    mutating func setHeader(_ name: ByteSlice, to value: ByteSlice, on side: RuleSide, adds: Bool)
        -> Verdict
    {
        // Placed first: the value may lie in a field that goes.
        guard let namePart = place(name, on: side), let valuePart = place(value, on: side) else {
            return .failed
        }
        let isHost = side == .request && name.isEqualIgnoringCase(to: ByteSlice("host"))
        if !adds || isHost { deleteFields(named: name, on: side) }
        let isAdded =
            side == .response
            ? responses[0].fields.append(name: namePart, value: valuePart)
            : requests[0].fields.append(name: namePart, value: valuePart)
        if isHost, isAdded {
            requests[0].host = valuePart
            requests[0].fields.hostIndex = requests[0].fields.count - 1
        }
        return isAdded ? .proceed : .failed
    }

    private mutating func deleteFields(named name: ByteSlice, on side: RuleSide) {
        for index in stride(from: fieldCount(side) - 1, through: 0, by: -1)
        where bytes(of: side)[field(index, side).name.range].isEqualIgnoringCase(to: name) {
            delete(index, on: side)
        }
    }

    private mutating func delete(_ index: Int, on side: RuleSide) {
        if side == .response {
            openResponse()
            responses[0].fields.delete(index)
        } else {
            openRequest()
            requests[0].fields.delete(index)
        }
    }

    private mutating func deleteHeaders(_ action: RuleAction, on side: RuleSide) {
        let match = MatchKind(rawValue: UInt8(action.number)) ?? .string
        let pattern = book[action.text]
        for index in stride(from: fieldCount(side) - 1, through: 0, by: -1) {
            let name = bytes(of: side)[field(index, side).name.range]
            // What frames the message stays whatever a pattern says.
            if name.isEqualIgnoringCase(to: ByteSlice("content-length"))
                || name.isEqualIgnoringCase(to: ByteSlice("transfer-encoding"))
            {
                continue
            }
            let isMatch =
                match == .regex
                ? scratch.matches(book.regexes[Int(action.regex)], name)
                : TextMatch.holds(name, pattern, match, ignoresCase: true)
            if isMatch { delete(index, on: side) }
        }
    }

    /// `replace-header` looks at whole lines, `replace-value` at each value of a list.
    private mutating func replaceHeaders(_ action: RuleAction, on side: RuleSide) -> Verdict {
        let name = book[action.text]
        let template = text(of: action.format)
        let regex = book.regexes[Int(action.regex)]
        for index in 0..<fieldCount(side) {
            let mark = arena.count
            defer { arena.release(to: mark) }
            guard bytes(of: side)[field(index, side).name.range].isEqualIgnoringCase(to: name)
            else { continue }
            let value = bytes(of: side)[field(index, side).value.range]
            var isChanged = false
            if action.code == .replaceHeader {
                isChanged = scratch.matches(regex, value)
                if isChanged { append(template, groupsOf: value) }
            } else {
                var start = 0
                while start <= value.count {
                    let end = value.endOfListItem(from: start)
                    let item = value[start..<end]
                    if start > 0 { arena.append(",") }
                    if scratch.matches(regex, item.trimmed) {
                        // The white space around goes with what is replaced.
                        isChanged = true
                        append(template, groupsOf: item.trimmed)
                    } else {
                        arena.append(item)
                    }
                    start = end + 1
                }
            }
            guard isChanged else { continue }
            guard let part = place(arena.slice(from: mark), on: side) else { return .failed }
            replaceValue(index, by: part, on: side)
        }
        return .proceed
    }

    private mutating func replaceValue(_ index: Int, by part: RequestHead.Part, on side: RuleSide) {
        if side == .response {
            responses[0].fields.replaceValue(index, by: part)
        } else {
            requests[0].fields.replaceValue(index, by: part)
            if index == requests[0].fields.hostIndex { requests[0].host = part }
        }
    }

    // MARK: The first line

    mutating func setStatus(_ action: RuleAction) -> Verdict {
        let mark = arena.count
        arena.append(decimal: action.number)
        arena.append(byte: 32)
        let reason = action.text.isEmpty ? StatusText.reason(Int(action.number)) : book[action.text]
        arena.append(reason)
        guard let part = place(arena.slice(from: mark), on: .response) else { return .failed }
        responses[0].status = Int(action.number)
        responses[0].statusLine = part
        return .proceed
    }

    mutating func changeRequestLine(_ action: RuleAction) -> Verdict {
        if action.code == .setMethod {
            let name = text(of: action.format)
            guard name.count > 0, let part = place(name, on: .request) else { return .failed }
            if receivedMethod.isEmpty { receivedMethod = requests[0].method }
            requests[0].method = part
            return .proceed
        }
        let target = requestBytes[requests[0].target.range]
        let question = target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
        let pathStart =
            requests[0].path.isEmpty
            ? 0 : Int(requests[0].path.start) - Int(requests[0].target.start)
        var (low, high) = (pathStart, question)
        switch action.code {
        case .setPathAndQuery, .replacePathAndQuery: high = target.count
        case .setURI, .replaceURI: (low, high) = (0, target.count)
        case .setQuery: (low, high) = (question, target.count)
        default: break
        }
        let old = target[low..<max(low, high)]
        let template = text(of: action.format)
        let mark = arena.count
        arena.append(target.prefix(low))
        switch action.code {
        case .replacePath, .replacePathAndQuery, .replaceURI:
            guard scratch.matches(book.regexes[Int(action.regex)], old) else { return .proceed }
            append(template, groupsOf: old)
        case .setQuery:
            if !template.isEmpty || question < target.count { arena.append("?") }
            arena.append(template)
        default: arena.append(template)
        }
        arena.append(target.dropFirst(max(low, high)))
        return setTarget(arena.slice(from: mark))
    }

    /// Gives the request another target; one that is no target fails.
    private mutating func setTarget(_ target: ByteSlice) -> Verdict {
        guard target.count > 0, target.withSpan({ $0.endOfVisible(from: 0) }) == target.count,
            let part = place(target, on: .request)
        else { return .failed }
        let placed = requestBytes[part.range]
        let start = Int(part.start)
        let isPath = placed[0] == UInt8(ascii: "/")
        let isAsterisk = placed.count == 1 && placed[0] == UInt8(ascii: "*")
        var pathStart = 0
        if !isPath, !isAsterisk {
            guard let found = placed.originStart else { return .failed }
            pathStart = found.path
            requests[0].host = RequestHead.Part(
                from: start + found.authority,
                to: start + found.path
            )
        }
        requests[0].isAbsoluteForm = !isPath && !isAsterisk
        let question = placed.firstIndex(of: UInt8(ascii: "?"), from: pathStart)
        requests[0].target = part
        requests[0].path =
            isAsterisk
            ? RequestHead.Part()
            : RequestHead.Part(from: start + pathStart, to: start + (question ?? placed.count))
        requests[0].query =
            question.map { RequestHead.Part(from: start + $0 + 1, to: part.end) }
            ?? RequestHead.Part()
        return .proceed
    }
}

extension ByteSlice {
    /// Where authority and path of an absolute-form target begin; nil when it is none.
    fileprivate var originStart: (authority: Int, path: Int)? {
        var index = 0
        while index + 2 < count {
            if self[index] == UInt8(ascii: ":") {
                guard index > 0, self[index + 1] == UInt8(ascii: "/"),
                    self[index + 2] == UInt8(ascii: "/")
                else {
                    return nil
                }
                let path = firstIndex(of: UInt8(ascii: "/"), from: index + 3) ?? count
                return path > index + 3 ? (index + 3, path) : nil
            }
            index += 1
        }
        return nil
    }
}

/// Reason phrases of statuses, as HAProxy 2.6 spells them.
enum StatusText {
    /// The phrase, or one for its class.
    static func reason(_ status: Int) -> ByteSlice {
        ByteSlice(status < 400 ? success(status) : failure(status))
    }

    private static func success(_ status: Int) -> StaticString {
        switch status {
        case 100: "Continue"
        case 101: "Switching Protocols"
        case 103: "Early Hints"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 203: "Non-Authoritative Information"
        case 204: "No Content"
        case 205: "Reset Content"
        case 206: "Partial Content"
        case 300: "Multiple Choices"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 305: "Use Proxy"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        default: "Unknown"
        }
    }

    private static func failure(_ status: Int) -> StaticString {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 402: "Payment Required"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 407: "Proxy Authentication Required"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Payload Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 416: "Range Not Satisfiable"
        case 417: "Expectation Failed"
        case 418: "I'm a teapot"
        case 421: "Misdirected Request"
        case 422: "Unprocessable Entity"
        case 425: "Too Early"
        case 426: "Upgrade Required"
        case 428: "Precondition Required"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 451: "Unavailable For Legal Reasons"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: "Unknown"
        }
    }
}
