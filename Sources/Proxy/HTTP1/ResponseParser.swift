/// Parses response headers as strictly as request headers; every fault is the origin's (502).
package enum ResponseParser {
    /// Fills `head` from the start of `bytes`.
    package static func parse(_ bytes: borrowing Span<UInt8>, into head: inout ResponseHead)
        -> HeadResult
    {
        let result = parseLines(bytes, into: &head)
        switch result {
        case .incomplete where bytes.count >= RequestParser.headLimit:
            return .rejected(.fieldsTooLarge)
        case .complete where head.byteCount > RequestParser.headLimit:
            return .rejected(.fieldsTooLarge)
        default: return result
        }
    }

    private static func parseLines(
        _ bytes: borrowing Span<UInt8>,
        into head: inout ResponseHead
    ) -> HeadResult {
        head.fields.reset()
        head.isEdited = false
        guard bytes.canBecome("HTTP/1.", at: 0) else { return .rejected(.badRequest) }
        guard bytes.count >= 14 else { return .incomplete }
        guard ASCII.isDigit(bytes[7]), bytes[8] == 32 else { return .rejected(.badRequest) }
        head.isVersion10 = bytes[7] == 48
        var status = 0
        for index in 9..<12 {
            guard ASCII.isDigit(bytes[index]) else { return .rejected(.badRequest) }
            status = status &* 10 &+ Int(bytes[index] &- 48)
        }
        guard status >= 100, status < 600, bytes[12] == 32 || bytes[12] == 13 else {
            return .rejected(.badRequest)
        }
        head.status = status
        let lineEnd = bytes.firstControl(from: 12)
        guard lineEnd < bytes.count else { return .incomplete }
        guard bytes[lineEnd] == 13 else { return .rejected(.badRequest) }
        guard lineEnd &+ 1 < bytes.count else { return .incomplete }
        guard bytes[lineEnd &+ 1] == 10 else { return .rejected(.badRequest) }
        head.statusLine = RequestHead.Part(from: 9, to: lineEnd)
        var end = 0
        let result = FieldParser.parse(bytes, from: lineEnd &+ 2, into: &head.fields, end: &end)
        guard result == .complete else { return result }
        head.byteCount = end
        return BodyFraming.check(head).map { .rejected($0) } ?? .complete
    }
}
