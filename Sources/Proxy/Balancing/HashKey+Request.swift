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
        // Expressions are the worker's: they may look at all of the exchange.
        case .none, .expression: .none
        case .source: of(source, usesAvalanche: backend.usesAvalanche)
        case .uri: of(uri: head, in: bytes, for: backend)
        case .header: of(header: head, in: bytes, for: backend)
        case .parameter: of(parameter: head, in: bytes, for: backend)
        }
    }

    /// The backend's function over bytes, mixed when the backend says so.
    package static func of(
        _ bytes: Span<UInt8>,
        in range: Range<Int>,
        function: HashFunction = .sdbm,
        usesAvalanche: Bool
    ) -> HashKey {
        let hash = function.hash(bytes, in: range)
        return HashKey(usesAvalanche ? fullHash(hash) : hash)
    }

    /// The same with all that the backend says.
    static func of(_ bytes: Span<UInt8>, in range: Range<Int>, for backend: BackendSnapshot)
        -> HashKey
    {
        of(bytes, in: range, function: backend.hashFunction, usesAvalanche: backend.usesAvalanche)
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
        return of(bytes, in: range.lowerBound..<end, for: backend)
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
        let range = backend.hashesDomainOnly ? domain(in: bytes, value.range) : value.range
        return of(bytes, in: range, for: backend)
    }

    /// `use_domain_only`: what stands between the last dot and the one before it.
    private static func domain(in bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        let dot = UInt8(ascii: ".")
        guard let end = range.last(where: { bytes[$0] == dot }) else { return range }
        let label = range.lowerBound..<end
        guard let start = label.last(where: { bytes[$0] == dot }) else { return label }
        return start + 1..<end
    }

    /// The value of a parameter of the query (`get_server_ph`, HAProxy 2.6).
    private static func of(
        parameter head: borrowing RequestHead,
        in bytes: Span<UInt8>,
        for backend: BackendSnapshot
    ) -> HashKey {
        let target = head.target.range
        let name = backend.hashHeader
        guard let mark = target.first(where: { bytes[$0] == UInt8(ascii: "?") }) else {
            return .none
        }
        var start = mark + 1
        while target.upperBound - start > name.count {
            let rest = start..<target.upperBound
            let equals = start + name.count
            if bytes[equals] == UInt8(ascii: "="),
                (0..<name.count).allSatisfy({ name[$0] == bytes[start + $0] })
            {
                let value = equals + 1..<target.upperBound
                let end = value.first { bytes[$0] == UInt8(ascii: "&") } ?? value.upperBound
                return of(bytes, in: equals + 1..<end, for: backend)
            }
            guard let next = rest.first(where: { bytes[$0] == UInt8(ascii: "&") }) else { break }
            start = next + 1
        }
        return .none
    }
}

extension Evaluation {
    /// What `balance hash EXPR` makes of the exchange at hand.
    mutating func hashKey(for backend: BackendSnapshot) -> HashKey {
        arena.reset()
        let value = value(of: backend.hashExpression, as: .binary)
        guard value.isPresent else { return .none }
        return value.bytes.withSpan { span in
            HashKey.of(span, in: 0..<span.count, for: backend)
        }
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
