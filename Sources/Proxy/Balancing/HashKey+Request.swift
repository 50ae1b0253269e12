extension HashKey {
    /// The key of one request for one backend; absent when the algorithm does not hash or finds nothing.
    ///
    /// `source` is the client's address.
    package static func of(
        _ head: borrowing RequestHead,
        in bytes: Span<UInt8>,
        source: SocketAddress,
        for backend: BackendSnapshot
    ) -> HashKey {
        switch backend.hashInput {
        case .none: .none
        case .source: of(source, usesAvalanche: backend.usesAvalanche)
        case .uri: of(uri: head, in: bytes, for: backend)
        case .header: of(header: head, in: bytes, for: backend)
        }
    }

    /// sdbm over bytes, mixed when the backend says so.
    package static func of(_ bytes: Span<UInt8>, in range: Range<Int>, usesAvalanche: Bool)
        -> HashKey
    {
        var hash: UInt32 = 0
        for index in range {
            hash = UInt32(bytes[index]) &+ (hash << 6) &+ (hash << 16) &- hash
        }
        return HashKey(usesAvalanche ? fullHash(hash) : hash)
    }

    /// The exclusive or of an address's 32-bit words (`get_server_sh`, HAProxy 2.6).
    package static func of(_ source: SocketAddress, usesAvalanche: Bool) -> HashKey {
        let words: UInt32
        switch source.family {
        case .ipv4: words = UInt32(truncatingIfNeeded: source.low)
        case .ipv6:
            let folded = source.high ^ source.low
            words = UInt32(truncatingIfNeeded: folded >> 32) ^ UInt32(truncatingIfNeeded: folded)
        // HAProxy takes turns for clients without an address.
        case .none, .unix, .abstract: return .none
        }
        return HashKey(usesAvalanche ? fullHash(words) : words)
    }

    /// The request-target up to its query (`get_server_uh`, HAProxy 2.6).
    private static func of(
        uri head: borrowing RequestHead,
        in bytes: Span<UInt8>,
        for backend: BackendSnapshot
    ) -> HashKey {
        var range = head.target.range
        if backend.hashesPathOnly, !head.path.isEmpty {
            range = Int(head.path.start)..<range.upperBound
        }
        if backend.hashLength > 0 {
            range =
                range.lowerBound..<min(range.upperBound, range.lowerBound + Int(backend.hashLength))
        }
        var end = range.lowerBound
        var slashes: UInt32 = 0
        while end < range.upperBound {
            if bytes[end] == UInt8(ascii: "/") {
                slashes += 1
                // The first slash opens the path and is no directory of its own.
                if backend.hashDepth > 0, slashes == backend.hashDepth + 1 { break }
            } else if bytes[end] == UInt8(ascii: "?"), !backend.hashesWholeURI {
                break
            }
            end += 1
        }
        return of(bytes, in: range.lowerBound..<end, usesAvalanche: backend.usesAvalanche)
    }

    /// The first value of the first field with the name (`get_server_hh`, HAProxy 2.6).
    private static func of(
        header head: borrowing RequestHead,
        in bytes: Span<UInt8>,
        for backend: BackendSnapshot
    ) -> HashKey {
        guard let index = head.firstField(named: backend.hashHeader, in: bytes) else {
            return .none
        }
        var cursor = FieldValueCursor(head.fields[index].value)
        guard let value = cursor.next(in: bytes), !value.isEmpty else { return .none }
        return of(bytes, in: value.range, usesAvalanche: backend.usesAvalanche)
    }
}

/// The values of one field, separated by commas outside quotes (RFC 9110 §5.6.1), without white space around.
struct FieldValueCursor: BitwiseCopyable {
    private var index: Int
    private let end: Int
    private var isFinished = false

    init(_ field: RequestHead.Part) {
        index = field.range.lowerBound
        end = field.range.upperBound
    }

    /// The next value, which may be empty; nil after the last.
    mutating func next(in bytes: Span<UInt8>) -> RequestHead.Part? {
        guard !isFinished else { return nil }
        let start = index
        var isQuoted = false
        while index < end {
            let byte = bytes[index]
            if isQuoted, byte == UInt8(ascii: "\\") {
                index += 1
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if byte == UInt8(ascii: ","), !isQuoted {
                break
            }
            index += 1
        }
        let limit = min(index, end)
        isFinished = index >= end
        index += 1
        return Self.trimmed(start, limit, in: bytes)
    }

    private static func trimmed(_ start: Int, _ end: Int, in bytes: Span<UInt8>) -> RequestHead.Part
    {
        var start = start
        var end = end
        while start < end, bytes[start] == 32 || bytes[start] == 9 { start += 1 }
        while end > start, bytes[end - 1] == 32 || bytes[end - 1] == 9 { end -= 1 }
        return RequestHead.Part(start: Int32(start), count: Int32(end - start))
    }
}
