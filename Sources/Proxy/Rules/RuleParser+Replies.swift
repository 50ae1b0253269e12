extension RuleParser {
    /// Statuses that have an error page (configuration.txt §1.3.1).
    static let errorStatuses: Set<Int> = [
        200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 421, 422, 425, 429, 431, 500, 501, 502,
        503,
        504,
    ]

    /// What follows `deny`, `return` and `http-error`: the number of a reply.
    mutating func reply(
        _ words: [String],
        of name: String,
        defaultStatus: Int,
        isDeny: Bool
    ) throws(RuleMistake) -> Int32 {
        var reply = ReplyTemplate()
        reply.status = Int32(defaultStatus)
        reply.isDefault = isDeny
        var headers: [ReplyHeader] = []
        var hasBody = false
        var errorPages: [Int32]?
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "status", "deny_status":
                guard let status = rest.popFirst().flatMap({ Int($0) }),
                    (200...599).contains(status)
                else {
                    throw RuleMistake("'\(name)' : 'status' expects an integer between 200 and 599")
                }
                reply.status = Int32(status)
            case "content-type":
                guard let type = rest.popFirst() else {
                    throw RuleMistake("'\(name)' : 'content-type' expects a value")
                }
                reply.contentType = draft.intern(type)
            case "string", "lf-string", "file", "lf-file", "errorfile":
                guard !hasBody, let value = rest.popFirst() else {
                    throw RuleMistake(
                        "'\(name)' : '\(word)' expects one value and no other content"
                    )
                }
                hasBody = true
                reply.isDefault = false
                try body(word, value, into: &reply)
            case "default-errorfiles":
                hasBody = true
                reply.isDefault = true
            case "hdr":
                guard let header = rest.popFirst(), let value = rest.popFirst() else {
                    throw RuleMistake("'\(name)' : 'hdr' expects <name> and <value> as arguments")
                }
                headers.append(try replyHeader(header, value))
            case "errorfiles":
                guard let section = rest.popFirst(), let pages = scope.errorSections[section] else {
                    throw RuleMistake("'\(name)' : 'errorfiles' expects an http-errors section")
                }
                errorPages = pages
                hasBody = true
            default:
                throw RuleMistake(
                    "'\(name)' : unknown keyword '\(word)', expects 'if', 'unless' or end of line"
                )
            }
        }
        if let errorPages { usePage(of: errorPages, in: &reply) }
        guard reply.body.count <= 16_384 else {
            throw RuleMistake("'\(name)' : the payload is too large, 16384 bytes are the limit")
        }
        if !headers.isEmpty { reply.isDefault = false }
        if hasBody, !reply.isDefault, !reply.isWhole, reply.contentType.isEmpty {
            throw RuleMistake(
                "'\(name)' : content type must be defined when non-empty payload is configured"
            )
        }
        if !hasBody, !reply.contentType.isEmpty { reply.contentType = TextReference() }
        reply.headers = draft.append(headers, to: \.replyHeaders)
        return draft.append(reply, to: \.replies)
    }

    /// The page of the status among those of a section; the proxy's own when it has none.
    private func usePage(of pages: [Int32], in reply: inout ReplyTemplate) {
        let status = reply.status
        let page = pages.last { draft.replies[Int($0)].status == status }
        reply.isDefault = page == nil
        guard let page else { return }
        reply.isWhole = true
        reply.body = draft.replies[Int(page)].body
    }

    private mutating func replyHeader(_ name: String, _ value: String) throws(RuleMistake)
        -> ReplyHeader
    {
        guard !name.isEmpty, name.utf8.allSatisfy(ASCII.isToken),
            !["content-length", "transfer-encoding", "connection"].contains(name.lowercased())
        else { throw RuleMistake("'\(name)' cannot be set in an answer of the proxy") }
        var header = ReplyHeader()
        header.name = draft.intern(name)
        header.value = try format(value)
        return header
    }

    private mutating func body(_ kind: String, _ value: String, into reply: inout ReplyTemplate)
        throws(RuleMistake)
    {
        switch kind {
        case "string": reply.body = draft.intern(value)
        case "lf-string": reply.bodyFormat = try format(value)
        case "errorfile":
            reply.isWhole = true
            reply.body = try errorFile(value)
        default:
            guard let text = catalog.text(of: value) else {
                throw RuleMistake("failed to open file '\(value)'")
            }
            if kind == "file" {
                reply.body = draft.intern(text)
            } else {
                reply.bodyFormat = try format(text)
            }
        }
    }

    /// A file that holds a whole response, made fit to be sent.
    mutating func errorFile(_ path: String) throws(RuleMistake) -> TextReference {
        guard path != "/dev/null" else { return TextReference() }
        guard let text = catalog.text(of: path) else {
            throw RuleMistake("failed to open file '\(path)'")
        }
        guard let whole = ErrorFile.normalized(Array(text.utf8)) else {
            throw RuleMistake(
                "custom error file '\(path)' is not a valid HTTP response with at most 16 kB"
            )
        }
        return draft.intern(bytes: whole)
    }

    /// `location|prefix|scheme FMT [code N] [drop-query] [append-slash] [set-cookie C] [clear-cookie C]`.
    mutating func redirect(_ words: [String]) throws(RuleMistake) -> RuleAction {
        var action = RuleAction(.redirect)
        var code: Int64 = 302
        var flags = RedirectFlags()
        var kind: RedirectFlags?
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "location", "prefix", "scheme":
                guard let target = rest.popFirst() else {
                    throw RuleMistake("missing argument for '\(word)'")
                }
                kind = word == "location" ? .location : word == "prefix" ? .prefix : .scheme
                // A prefix of "/" stands for none.
                action.format = try format(word == "prefix" && target == "/" ? "" : target)
            case "code":
                guard let value = rest.popFirst().flatMap({ Int64($0) }),
                    [301, 302, 303, 307, 308].contains(value)
                else {
                    throw RuleMistake(
                        "'code': unsupported HTTP code (must be one of 301, 302, 303, 307 or 308)"
                    )
                }
                code = value
            case "set-cookie", "clear-cookie":
                guard let cookie = rest.popFirst(), !cookie.isEmpty else {
                    throw RuleMistake("missing argument for '\(word)'")
                }
                action.second = try format(Self.cookie(cookie, isCleared: word == "clear-cookie"))
            case "drop-query": flags.insert(.dropsQuery)
            case "keep-query": flags.insert(.keepsQuery)
            case "append-slash": flags.insert(.appendsSlash)
            case "ignore-empty": flags.insert(.ignoresEmpty)
            default:
                throw RuleMistake(
                    "expects 'code', 'prefix', 'location', 'scheme', 'set-cookie', 'clear-cookie', 'drop-query', "
                        + "'ignore-empty' or 'append-slash' (was '\(word)')"
                )
            }
        }
        guard let kind else {
            throw RuleMistake("redirection type expected ('prefix', 'location', or 'scheme')")
        }
        flags.insert(kind)
        action.number = code
        action.other = Int64(flags.rawValue)
        return action
    }

    private static func cookie(_ text: String, isCleared: Bool) -> String {
        let escaped = text.replacing("%", with: "%%")
        return isCleared ? "\(escaped); path=/; Max-Age=0;" : "\(escaped); path=/;"
    }
}

/// How a redirect makes its location.
struct RedirectFlags: OptionSet, BitwiseCopyable {
    let rawValue: UInt8

    static let location = RedirectFlags(rawValue: 1)
    static let prefix = RedirectFlags(rawValue: 2)
    static let scheme = RedirectFlags(rawValue: 4)
    static let dropsQuery = RedirectFlags(rawValue: 8)
    static let appendsSlash = RedirectFlags(rawValue: 16)
    static let ignoresEmpty = RedirectFlags(rawValue: 32)
    static let keepsQuery = RedirectFlags(rawValue: 64)
}

/// The content of an `errorfile`: a whole response in its author's spelling.
enum ErrorFile {
    /// With CRLF at the end of each line of the header and a length that is true; nil when it is no response.
    static func normalized(_ bytes: [UInt8]) -> [UInt8]? {
        guard !bytes.isEmpty, bytes.count <= 16_384 else { return nil }
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        while let end = bytes[start...].firstIndex(of: 10) {
            let line = bytes[start..<end].last == 13 ? bytes[start..<(end - 1)] : bytes[start..<end]
            start = end + 1
            if line.isEmpty { break }
            lines.append(line)
        }
        let body = bytes[start...]
        guard let first = lines.first, first.starts(with: Array("HTTP/1.".utf8)) else { return nil }
        var made: [UInt8] = []
        for line in lines {
            let name = String(decoding: line.prefix { $0 != 58 }, as: UTF8.self).lowercased()
            // What frames the message is ours to say.
            if ["content-length", "connection", "transfer-encoding"].contains(name) { continue }
            made +=
                (line == first ? Array("HTTP/1.1".utf8) + line.dropFirst(8) : Array(line)) + [
                    13, 10,
                ]
        }
        made += Array("content-length: \(body.count)\r\n\r\n".utf8) + body
        var head = ResponseHead()
        return ResponseParser.parse(made.span, into: &head) == .complete ? made : nil
    }
}
