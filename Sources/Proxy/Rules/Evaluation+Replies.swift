/// Answers of the proxy itself: replies of rules, redirects, error pages.
extension Evaluation {
    /// Whether a redirect applies: one to an empty place may be told to be none.
    mutating func redirects(_ action: RuleAction) -> Bool {
        let flags = RedirectFlags(rawValue: UInt8(truncatingIfNeeded: action.other))
        return !flags.contains(.ignoresEmpty) || !text(of: action.format).isEmpty
    }

    /// Puts an answer's head and body behind `output`; the status it has.
    ///
    /// `connection` is the line that says what becomes of the connection, or empty.
    package mutating func write(
        _ verdict: Verdict,
        connection: StaticString,
        withBody: Bool,
        to output: inout ScratchBuffer
    ) -> Int {
        arena.reset()
        switch verdict {
        case .reply(let number), .deny(let number), .tarpit(let number):
            return writeReply(book.replies[Int(number)], connection, withBody, &output)
        case .redirect(let number):
            return writeRedirect(book.actions[Int(number)], connection, &output)
        default: return 0
        }
    }

    /// The reply that replaces the built-in page of a status: the backend's, else the frontend's; -1 for none.
    package func errorReply(for status: Int) -> Int32 {
        let found = errorReply(for: status, of: exchange.backend, among: book.backends)
        return found >= 0
            ? found : errorReply(for: status, of: exchange.frontend, among: book.frontends)
    }

    private func errorReply(for status: Int, of number: Int32, among proxies: RawArray<ProxyRules>)
        -> Int32
    {
        guard number >= 0, Int(number) < proxies.count else { return -1 }
        for index in proxies[Int(number)].errorReplies.range
        where Int(book.replies[index].status) == status && !book.replies[index].isDefault {
            return Int32(index)
        }
        return -1
    }

    private mutating func writeReply(
        _ reply: ReplyTemplate,
        _ connection: StaticString,
        _ withBody: Bool,
        _ output: inout ScratchBuffer
    ) -> Int {
        let status = Int(reply.status)
        if reply.isDefault {
            let number = errorReply(for: status)
            if number >= 0 {
                return writeReply(book.replies[Int(number)], connection, withBody, &output)
            }
            ErrorReply.write(status, to: &output, connection: connection, withBody: withBody)
            return status
        }
        if reply.isWhole {
            writeWhole(book[reply.body], connection, withBody, &output)
            return status
        }
        appendStatusLine(status, &output)
        let body = reply.bodyFormat.isEmpty ? book[reply.body] : text(of: reply.bodyFormat)
        for index in reply.headers.range {
            let header = book.replyHeaders[index]
            let mark = arena.count
            let value = text(of: header.value)
            // What an answer cannot hold it does without.
            guard value.count + body.count + 4096 < output.room else { break }
            output.append(book[header.name])
            output.append(": ")
            output.append(value)
            output.append("\r\n")
            arena.release(to: mark)
        }
        // 204 has no length to tell (RFC 9110 §8.6).
        if status != 204 {
            output.append("content-length: ")
            output.append(decimal: body.count)
            output.append("\r\n")
        }
        if !reply.contentType.isEmpty, !body.isEmpty {
            output.append("content-type: ")
            output.append(book[reply.contentType])
            output.append("\r\n")
        }
        output.append(connection)
        output.append("\r\n")
        if withBody { output.append(body) }
        return status
    }

    private func writeWhole(
        _ whole: ByteSlice,
        _ connection: StaticString,
        _ withBody: Bool,
        _ output: inout ScratchBuffer
    ) {
        var end = 0
        while end + 3 < whole.count,
            !(whole[end] == 13 && whole[end + 1] == 10 && whole[end + 2] == 13)
        { end += 1 }
        guard end + 4 <= whole.count else { return }
        output.append(whole.prefix(end + 2))
        output.append(connection)
        output.append(withBody ? whole.dropFirst(end + 2) : whole[(end + 2)..<(end + 4)])
    }

    private func appendStatusLine(_ status: Int, _ output: inout ScratchBuffer) {
        output.append("HTTP/1.1 ")
        output.append(decimal: status)
        output.append(" ")
        output.append(StatusText.reason(status))
        output.append("\r\n")
    }

    private mutating func writeRedirect(
        _ action: RuleAction,
        _ connection: StaticString,
        _ output: inout ScratchBuffer
    ) -> Int {
        let flags = RedirectFlags(rawValue: UInt8(truncatingIfNeeded: action.other))
        let status = Int(action.number)
        let target = text(of: action.format)
        let mark = arena.count
        arena.append(target)
        let whole = requestBytes[requests[0].target.range]
        let pathStart =
            requests[0].path.isEmpty
            ? 0 : Int(requests[0].path.start) - Int(requests[0].target.start)
        var path = hasRequest ? whole.dropFirst(pathStart) : .empty
        let question = path.firstIndex(of: UInt8(ascii: "?")) ?? path.count
        if flags.contains(.scheme) {
            arena.append("://")
            arena.append(requestBytes[requests[0].host.range])
        }
        if flags.contains(.location) {
            if flags.contains(.keepsQuery), question < path.count {
                let query = path.dropFirst(question)
                arena.append(target.contains(UInt8(ascii: "?")) ? "&" : "?")
                arena.append(query.dropFirst(1))
            }
        } else {
            if flags.contains(.dropsQuery) { path = path.prefix(question) }
            arena.append(path)
        }
        let made = arena.slice(from: mark)
        if flags.contains(.appendsSlash), !flags.contains(.location), made.count > 0,
            made[made.count - 1] != UInt8(ascii: "/")
        {
            arena.append("/")
        }
        appendStatusLine(status, &output)
        output.append("content-length: 0\r\nlocation: ")
        output.append(arena.slice(from: mark))
        output.append("\r\n")
        if [302, 303, 307].contains(status) { output.append("cache-control: no-cache\r\n") }
        if !action.second.isEmpty {
            output.append("set-cookie: ")
            output.append(text(of: action.second))
            output.append("\r\n")
        }
        output.append(connection)
        output.append("\r\n")
        return status
    }
}
