/// Parses request headers strictly (RFC 9112, RFC 9110 §4.2 and §7.2): what is doubtful is refused.
package enum RequestParser {
    /// Bytes a header may have (HAProxy's `tune.bufsize` less its reserve is of this size).
    package static let headLimit = 16_384
    private static let methodLimit = 32
    private typealias Part = RequestHead.Part

    /// Fills `head` from the start of `bytes`, skipping up to four empty lines before the request line.
    package static func parse(_ bytes: borrowing Span<UInt8>, into head: inout RequestHead)
        -> HeadResult
    {
        head.reset()
        let result = parseLines(bytes, into: &head)
        switch result {
        case .incomplete where bytes.count >= headLimit:
            return .rejected(head.target.isEmpty ? .uriTooLong : .fieldsTooLarge)
        case .complete where head.byteCount > headLimit:
            return .rejected(Int(head.target.count) > headLimit / 2 ? .uriTooLong : .fieldsTooLarge)
        default: return result
        }
    }

    private static func parseLines(
        _ bytes: borrowing Span<UInt8>,
        into head: inout RequestHead
    ) -> HeadResult {
        var index = 0
        while index < bytes.count, index < 8, bytes[index] == 13 {
            guard index &+ 1 < bytes.count else { return .incomplete }
            guard bytes[index &+ 1] == 10 else { return .rejected(.badRequest) }
            index &+= 2
        }
        let methodEnd = bytes.endOfToken(from: index)
        guard methodEnd &- index <= methodLimit else { return .rejected(.badRequest) }
        guard methodEnd < bytes.count else { return .incomplete }
        guard bytes[methodEnd] == 32, methodEnd > index else { return .rejected(.badRequest) }
        head.method = Part(from: index, to: methodEnd)
        head.methodKind = methodKind(bytes, head.method)
        let targetStart = methodEnd &+ 1
        let targetEnd = bytes.endOfVisible(from: targetStart)
        guard targetEnd < bytes.count else { return .incomplete }
        guard bytes[targetEnd] == 32, targetEnd > targetStart else { return .rejected(.badRequest) }
        head.target = Part(from: targetStart, to: targetEnd)
        if let rejection = readTarget(bytes, into: &head) { return .rejected(rejection) }
        let version = readVersion(bytes, at: targetEnd &+ 1, into: &head)
        guard version == .complete else { return version }
        var end = 0
        let result = FieldParser.parse(bytes, from: targetEnd &+ 11, into: &head.fields, end: &end)
        guard result == .complete else { return result }
        head.byteCount = end
        return checkHead(bytes, &head).map { .rejected($0) } ?? .complete
    }

    @inline(__always)
    private static func methodKind(_ bytes: borrowing Span<UInt8>, _ part: RequestHead.Part)
        -> RequestHead.Method
    {
        // Methods are case-sensitive; four bytes tell the known ones apart.
        let start = Int(part.start)
        guard part.count >= 3 else { return .other }
        switch (part.count, bytes[start], bytes[start &+ 1], bytes[start &+ 2]) {
        case (3, 71, 69, 84): return .get
        case (3, 80, 85, 84): return .put
        case (4, 72, 69, 65) where bytes[start &+ 3] == 68: return .head
        case (5, 84, 82, 65) where bytes[start &+ 3] == 67 && bytes[start &+ 4] == 69: return .trace
        case (6, 68, 69, 76): return upper(bytes, start, "DELETE") ? .delete : .other
        case (7, 79, 80, 84): return upper(bytes, start, "OPTIONS") ? .options : .other
        case (7, 67, 79, 78): return upper(bytes, start, "CONNECT") ? .connect : .other
        default: return .other
        }
    }

    private static func upper(_ bytes: borrowing Span<UInt8>, _ start: Int, _ name: String) -> Bool
    {
        var index = start
        for byte in name.utf8 {
            guard bytes[index] == byte else { return false }
            index += 1
        }
        return true
    }

    /// Exactly `HTTP/1.0` or `HTTP/1.x` and CRLF; other majors are refused with 505.
    @inline(__always)
    private static func readVersion(
        _ bytes: borrowing Span<UInt8>,
        at start: Int,
        into head: inout RequestHead
    ) -> HeadResult {
        let available = bytes.count &- start
        if available >= 10, bytes[start] == 72, bytes[start &+ 1] == 84, bytes[start &+ 2] == 84,
            bytes[start &+ 3] == 80, bytes[start &+ 4] == 47, bytes[start &+ 6] == 46,
            bytes[start &+ 8] == 13, bytes[start &+ 9] == 10
        {
            let (major, minor) = (bytes[start &+ 5], bytes[start &+ 7])
            guard ASCII.isDigit(major), ASCII.isDigit(minor) else { return .rejected(.badRequest) }
            guard major == 49 else {
                return .rejected(major == 48 ? .badRequest : .versionNotSupported)
            }
            head.isVersion10 = minor == 48
            return .complete
        }
        if available >= 10 { return .rejected(.badRequest) }
        // What cannot become a version need not wait for more.
        guard bytes.canBecome("HTTP/", at: start) else { return .rejected(.badRequest) }
        return .incomplete
    }

    /// Splits the target by its form (RFC 9112 §3.2).
    private static func readTarget(
        _ bytes: borrowing Span<UInt8>,
        into head: inout RequestHead
    ) -> Rejection? {
        let (start, end) = (Int(head.target.start), head.target.end)
        if head.methodKind == .connect {
            // Only the authority-form, and never without a port (RFC 9112 §3.2.3).
            head.host = head.target
            return Authority.isValid(bytes, head.host) && Authority.hasPort(bytes, head.host)
                ? nil : .badRequest
        }
        if bytes[start] == 47 { return readPath(bytes, from: start, to: end, into: &head) }
        if bytes[start] == 42 {
            return head.target.count == 1 && head.methodKind == .options ? nil : .badRequest
        }
        let scheme =
            bytes.matches("http://", at: start, count: min(7, end - start))
            ? 7 : bytes.matches("https://", at: start, count: min(8, end - start)) ? 8 : 0
        guard scheme > 0 else { return .badRequest }
        var authorityEnd = start + scheme
        while authorityEnd < end, bytes[authorityEnd] != 47, bytes[authorityEnd] != 63 {
            authorityEnd += 1
        }
        head.host = Part(from: start + scheme, to: authorityEnd)
        head.isAbsoluteForm = true
        guard Authority.isValid(bytes, head.host) else { return .badRequest }
        return readPath(bytes, from: authorityEnd, to: end, into: &head)
    }

    @inline(__always)
    private static func readPath(
        _ bytes: borrowing Span<UInt8>,
        from start: Int,
        to end: Int,
        into head: inout RequestHead
    ) -> Rejection? {
        var question = -1
        var index = start
        while index < end {
            if bytes[index] == 35 { return .badRequest }
            if bytes[index] == 63, question < 0 { question = index }
            index &+= 1
        }
        head.path = Part(from: start, to: question < 0 ? end : question)
        if question >= 0 { head.query = Part(from: question &+ 1, to: end) }
        return nil
    }

    /// The rules that need the whole header: authority and framing.
    @inline(__always)
    private static func checkHead(
        _ bytes: borrowing Span<UInt8>,
        _ head: inout RequestHead
    ) -> Rejection? {
        if head.fields.hostIndex >= 0 {
            let host = head.fields[head.fields.hostIndex].value
            guard Authority.isValid(bytes, host) else { return .badRequest }
            if head.methodKind == .connect {
                guard Authority.isSame(bytes, host, asTarget: head.host) else { return .badRequest }
            } else if head.isAbsoluteForm {
                guard bytes.matches(host.range, head.host.range) else { return .badRequest }
            } else {
                head.host = host
            }
        } else if !head.isVersion10 {
            return .badRequest
        }
        return BodyFraming.check(head)
    }
}

/// `host[:port]` as `Host` and absolute-form targets have it (RFC 9110 §7.2): no user, no list, no path.
enum Authority {
    static func isValid(_ bytes: borrowing Span<UInt8>, _ part: RequestHead.Part) -> Bool {
        var index = Int(part.start)
        let end = part.end
        guard index < end else { return false }
        if bytes[index] == 91 {
            index += 1
            let start = index
            while index < end,
                ASCII.hexadecimal(bytes[index]) >= 0 || bytes[index] == 58 || bytes[index] == 46
            {
                index += 1
            }
            guard index < end, index > start, bytes[index] == 93 else { return false }
            index += 1
        } else {
            let start = index
            while index < end, isNameCharacter(bytes[index]) { index += 1 }
            guard index > start else { return false }
        }
        return index == end || isPort(bytes, from: index, to: end)
    }

    /// Whether a valid authority names a port.
    static func hasPort(_ bytes: borrowing Span<UInt8>, _ part: RequestHead.Part) -> Bool {
        var index = part.end - 1
        while index > Int(part.start), ASCII.isDigit(bytes[index]) { index -= 1 }
        return bytes[index] == 58 && index < part.end - 1
    }

    /// Whether `Host` says what the target of a CONNECT does; it may leave out the port 80 or 443.
    static func isSame(
        _ bytes: borrowing Span<UInt8>,
        _ host: RequestHead.Part,
        asTarget target: RequestHead.Part
    ) -> Bool {
        if bytes.matches(host.range, target.range) { return true }
        let start = Int(target.start)
        for (port, count): (StaticString, Int) in [(":80", 3), (":443", 4)] {
            let end = target.end - count
            if end > start, bytes.matches(port, at: end, count: count),
                bytes.matches(host.range, start..<end)
            {
                return true
            }
        }
        return false
    }

    @inline(__always)
    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        // Letters, digits, -._~ % !$&'()*+;= : all of RFC 3986's reg-name but the comma.
        let low: UInt64 = 0x2bff_6ff2_0000_0000
        let high: UInt64 = 0x47ff_fffe_87ff_fffe
        let word = byte < 64 ? low : byte < 128 ? high : 0
        return word &>> UInt64(byte & 63) & 1 != 0
    }

    private static func isPort(_ bytes: borrowing Span<UInt8>, from colon: Int, to end: Int) -> Bool
    {
        guard bytes[colon] == 58, end - colon <= 6 else { return false }
        var port = 0
        for index in (colon + 1)..<end {
            guard ASCII.isDigit(bytes[index]) else { return false }
            port = port * 10 + Int(bytes[index] - 48)
        }
        return port <= 65_535
    }
}
