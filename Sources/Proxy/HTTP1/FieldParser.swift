/// How far parsing a header came.
package enum HeadResult: Equatable, BitwiseCopyable {
    case complete
    /// More bytes are needed.
    case incomplete
    /// Never valid; nothing of it may be forwarded.
    case rejected(Rejection)
}

/// Why a header is refused, as the status code that tells the client.
package enum Rejection: UInt16, BitwiseCopyable {
    case badRequest = 400
    case methodNotAllowed = 405
    case uriTooLong = 414
    case expectationFailed = 417
    case fieldsTooLarge = 431
    case versionNotSupported = 505
}

/// The field lines of a header: strict grammar (RFC 9112 §5), and what framing depends on taken down.
///
/// Refused: bare CR or LF, NUL and other controls, folded lines, white space before the colon, names that are
/// not tokens, more than 101 fields, and every doubtful form of `Content-Length` and `Transfer-Encoding`.
enum FieldParser {
    private typealias Part = RequestHead.Part

    /// Parses from `start` to the empty line; `end` is set to the place behind it when complete.
    @inline(__always)
    static func parse(
        _ bytes: borrowing Span<UInt8>,
        from start: Int,
        into fields: inout FieldTable,
        end: inout Int
    ) -> HeadResult {
        var index = start
        var hasNominations = false
        while index < bytes.count {
            if bytes[index] == 13 {
                guard index &+ 1 < bytes.count else { return .incomplete }
                guard bytes[index &+ 1] == 10 else { return .rejected(.badRequest) }
                end = index &+ 2
                if hasNominations { removeNominated(bytes, in: &fields) }
                return .complete
            }
            let nameEnd = bytes.endOfToken(from: index)
            guard nameEnd < bytes.count else { return .incomplete }
            guard bytes[nameEnd] == 58, nameEnd > index else { return .rejected(.badRequest) }
            let lineEnd = bytes.firstControl(from: nameEnd &+ 1)
            guard lineEnd < bytes.count else { return .incomplete }
            guard bytes[lineEnd] == 13 else { return .rejected(.badRequest) }
            guard lineEnd &+ 1 < bytes.count else { return .incomplete }
            guard bytes[lineEnd &+ 1] == 10 else { return .rejected(.badRequest) }
            let name = Part(from: index, to: nameEnd)
            let value = trimmed(bytes, from: nameEnd &+ 1, to: lineEnd)
            guard fields.append(name: name, value: value) else { return .rejected(.fieldsTooLarge) }
            if let rejection = classify(bytes, name, value, in: &fields, &hasNominations) {
                return .rejected(rejection)
            }
            index = lineEnd &+ 2
        }
        return .incomplete
    }

    @inline(__always)
    private static func trimmed(_ bytes: borrowing Span<UInt8>, from lower: Int, to upper: Int)
        -> Part
    {
        var (lower, upper) = (lower, upper)
        while lower < upper, bytes[lower] == 32 || bytes[lower] == 9 { lower &+= 1 }
        while upper > lower, bytes[upper &- 1] == 32 || bytes[upper &- 1] == 9 { upper &-= 1 }
        return Part(from: lower, to: upper)
    }

    /// Takes down what matters of the field that was appended last.
    @inline(__always)
    private static func classify(
        _ bytes: borrowing Span<UInt8>,
        _ name: RequestHead.Part,
        _ value: RequestHead.Part,
        in fields: inout FieldTable,
        _ hasNominations: inout Bool
    ) -> Rejection? {
        let (start, count, last) = (Int(name.start), Int(name.count), fields.count &- 1)
        switch count {
        case 2 where bytes.matches("te", at: start, count: 2): fields.remove(last)
        case 4 where bytes.matches("host", at: start, count: 4):
            guard fields.hostIndex < 0 else { return .badRequest }
            fields.hostIndex = last
        case 6 where bytes.matches("expect", at: start, count: 6):
            guard bytes.matches("100-continue", at: Int(value.start), count: Int(value.count))
            else {
                return .expectationFailed
            }
            fields.expectsContinue = true
            fields.expectIndex = last
        case 7 where bytes.matches("upgrade", at: start, count: 7):
            fields.remove(last)
            fields.upgradeIndex = fields.upgradeIndex == -1 && value.count > 0 ? last : -2
        case 10 where bytes.matches("keep-alive", at: start, count: 10): fields.remove(last)
        case 10 where bytes.matches("connection", at: start, count: 10):
            fields.remove(last)
            readConnection(bytes, value, in: &fields, &hasNominations)
        case 14 where bytes.matches("content-length", at: start, count: 14):
            return readLength(bytes, value, in: &fields)
        case 14 where bytes.matches("http2-settings", at: start, count: 14): fields.remove(last)
        case 15 where bytes.matches("x-forwarded-for", at: start, count: 15):
            fields.hasForwardedFor = true
        case 16 where bytes.matches("proxy-connection", at: start, count: 16): fields.remove(last)
        case 17 where bytes.matches("transfer-encoding", at: start, count: 17):
            // Removed and written anew by the serialiser, so that only the canonical form is forwarded.
            fields.remove(last)
            guard !fields.isChunked,
                bytes.matches("chunked", at: Int(value.start), count: Int(value.count))
            else { return .badRequest }
            fields.isChunked = true
        default: break
        }
        return nil
    }

    private static func readLength(
        _ bytes: borrowing Span<UInt8>,
        _ value: RequestHead.Part,
        in fields: inout FieldTable
    ) -> Rejection? {
        // A second one is refused even when equal: which of two an origin believes is not ours to guess.
        guard fields.contentLength < 0, value.count > 0, value.count <= 19 else {
            return .badRequest
        }
        var length: Int64 = 0
        for index in value.range {
            guard ASCII.isDigit(bytes[index]) else { return .badRequest }
            let (product, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int64(bytes[index] &- 48))
            guard !overflow, !carry else { return .badRequest }
            length = sum
        }
        fields.contentLength = length
        return nil
    }

    private static func readConnection(
        _ bytes: borrowing Span<UInt8>,
        _ value: RequestHead.Part,
        in fields: inout FieldTable,
        _ hasNominations: inout Bool
    ) {
        var index = Int(value.start)
        while let token = nextToken(bytes, &index, end: value.end) {
            let (start, count) = (token.lowerBound, token.count)
            if bytes.matches("close", at: start, count: count) {
                fields.connectionClose = true
            } else if bytes.matches("keep-alive", at: start, count: count) {
                fields.connectionKeepAlive = true
            } else {
                if bytes.matches("upgrade", at: start, count: count) {
                    fields.connectionUpgrade = true
                }
                hasNominations = true
            }
        }
    }

    /// Whether a comma-separated list has this member (lower case, compared without case).
    static func list(
        _ bytes: borrowing Span<UInt8>,
        _ value: RequestHead.Part,
        names name: StaticString
    )
        -> Bool
    {
        var index = Int(value.start)
        while let token = nextToken(bytes, &index, end: value.end) {
            if bytes.matches(name, at: token.lowerBound, count: token.count) { return true }
        }
        return false
    }

    /// The next member of a comma-separated list without white space around it.
    private static func nextToken(
        _ bytes: borrowing Span<UInt8>,
        _ index: inout Int,
        end: Int
    ) -> Range<Int>? {
        while index < end, bytes[index] == 44 || bytes[index] == 32 || bytes[index] == 9 {
            index += 1
        }
        guard index < end else { return nil }
        let start = index
        while index < end, bytes[index] != 44 { index += 1 }
        var stop = index
        while stop > start, bytes[stop - 1] == 32 || bytes[stop - 1] == 9 { stop -= 1 }
        return start..<stop
    }

    /// Removes the fields that `Connection` names (RFC 9110 §7.6.1), never those of framing and authority.
    private static func removeNominated(_ bytes: borrowing Span<UInt8>, in fields: inout FieldTable)
    {
        for connection in 0..<fields.count {
            let name = fields[connection].name
            guard bytes.matches("connection", at: Int(name.start), count: Int(name.count)) else {
                continue
            }
            var index = Int(fields[connection].value.start)
            while let token = nextToken(bytes, &index, end: fields[connection].value.end) {
                let isProtected =
                    bytes.matches("host", at: token.lowerBound, count: token.count)
                    || bytes.matches("content-length", at: token.lowerBound, count: token.count)
                if isProtected { continue }
                for field in 0..<fields.count where bytes.matches(fields[field].name.range, token) {
                    fields.remove(field)
                }
            }
        }
    }
}
