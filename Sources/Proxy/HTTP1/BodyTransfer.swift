/// Follows one body as it passes, so that exactly its bytes are forwarded.
///
/// Bodies of known length and until close pass as they are. Chunked ones are checked and written anew in
/// canonical form: sizes without leading zeroes, no extensions, no forbidden trailers (RFC 9112 §7.1).
package struct BodyTransfer: BitwiseCopyable {
    private enum State: UInt8, BitwiseCopyable {
        case size, extensionName, extensionValue, extensionToken, extensionQuoted, extensionEscaped
        case extensionEnd, sizeLineEnd, data, dataCarriageReturn, dataLineFeed, trailer
    }

    /// Bytes of chunk extensions, and of trailers, that one body may have.
    private static let extensionLimit = 4096
    private static let trailerLimit = 8192

    package private(set) var framing: BodyFraming = .none
    /// Bytes left of the body, or of the chunk.
    private var remaining: Int64 = 0
    private var state: State = .size
    private var digits: UInt8 = 0
    private var extensionBytes: UInt16 = 0
    private var trailerBytes: UInt16 = 0
    /// Drops the chunk framing, for a client that speaks HTTP/1.0.
    private var decodes = false

    package init() {}

    package init(_ framing: BodyFraming, decodes: Bool = false) { start(framing, decodes: decodes) }

    /// Begins with the first byte of a new body.
    @inline(__always)
    package mutating func start(_ framing: BodyFraming, decodes: Bool = false) {
        self.framing = framing
        self.decodes = decodes
        if case .length(let length) = framing { remaining = length } else { remaining = 0 }
        state = .size
        digits = 0
        extensionBytes = 0
        trailerBytes = 0
    }

    /// The whole body has passed; a body until close never says so itself.
    @inline(__always) package var isComplete: Bool { framing == .none }
    @inline(__always) package var isChunked: Bool { framing == .chunked }

    /// The server closed: ends a body until close; false when the body was cut short.
    package mutating func end() -> Bool {
        if framing == .untilClose { framing = .none }
        return isComplete
    }

    /// How many of `count` bytes belong to a body that is not chunked.
    @inline(__always)
    package mutating func take(_ count: Int) -> Int {
        switch framing {
        case .none, .chunked: return 0
        case .untilClose: return count
        case .length:
            if Int64(count) < remaining {
                remaining &-= Int64(count)
                return count
            }
            let taken = Int(remaining)
            framing = .none
            return taken
        }
    }

    /// Writes the chunked body in `bytes` to `output` and returns how many bytes were used, -1 when it is
    /// malformed. A trailer line that is not complete is not used; the output is never longer than the input
    /// by more than 20 bytes.
    package mutating func transfer(_ bytes: ByteSlice, to output: inout ScratchBuffer) -> Int {
        var index = 0
        while index < bytes.count, framing != .none {
            switch state {
            case .data:
                let count = Int(min(Int64(bytes.count - index), remaining))
                output.append(bytes[index..<index + count])
                remaining -= Int64(count)
                index += count
                if remaining == 0 { state = .dataCarriageReturn }
            case .trailer:
                let used = takeTrailer(bytes.dropFirst(index), to: &output)
                if used <= 0 { return used < 0 ? -1 : index }
                index += used
            default:
                guard step(bytes[index], to: &output) else { return -1 }
                index += 1
            }
        }
        return index
    }

    /// One byte of a chunk's framing; false when it must not be there.
    private mutating func step(_ byte: UInt8, to output: inout ScratchBuffer) -> Bool {
        switch state {
        case .size: return stepSize(byte)
        case .sizeLineEnd:
            guard byte == 10 else { return false }
            if !decodes || remaining == 0 && !decodes {
                output.append(hexadecimal: Int(remaining))
                output.append("\r\n")
            }
            state = remaining > 0 ? .data : .trailer
            digits = 0
            return true
        case .dataCarriageReturn:
            state = .dataLineFeed
            return byte == 13
        case .dataLineFeed:
            if !decodes { output.append("\r\n") }
            state = .size
            return byte == 10
        default: return stepExtension(byte)
        }
    }

    private mutating func stepSize(_ byte: UInt8) -> Bool {
        let digit = ASCII.hexadecimal(byte)
        if digit >= 0 {
            digits += 1
            // 15 significant digits are 2^60 bytes; one more may be a leading zero.
            guard digits <= 16, remaining < 1 << 56 else { return false }
            remaining = remaining << 4 | Int64(digit)
            return true
        }
        guard digits > 0 else { return false }
        switch byte {
        case 13: state = .sizeLineEnd
        case 59: state = .extensionName
        default: return false
        }
        // An extension's first byte is counted from here.
        if state == .extensionName { digits = 0 }
        return true
    }

    /// `;name[=token|="quoted"]`, without white space; the bytes are dropped (RFC 9112 §7.1.1).
    private mutating func stepExtension(_ byte: UInt8) -> Bool {
        extensionBytes += 1
        guard extensionBytes <= Self.extensionLimit else { return false }
        switch state {
        case .extensionName where ASCII.isToken(byte): digits = 1
        case .extensionName where digits == 1 && byte == 61: state = .extensionValue
        case .extensionName: return digits == 1 && endExtension(byte)
        case .extensionValue where byte == 34: state = .extensionQuoted
        case .extensionValue:
            state = .extensionToken
            return ASCII.isToken(byte)
        case .extensionToken where ASCII.isToken(byte): break
        case .extensionToken, .extensionEnd: return endExtension(byte)
        case .extensionQuoted where byte == 34: state = .extensionEnd
        case .extensionQuoted where byte == 92: state = .extensionEscaped
        case .extensionQuoted: return byte == 9 || byte >= 32 && byte != 127
        case .extensionEscaped:
            state = .extensionQuoted
            return byte == 9 || byte >= 32 && byte != 127
        default: return false
        }
        return true
    }

    private mutating func endExtension(_ byte: UInt8) -> Bool {
        digits = 0
        state = byte == 13 ? .sizeLineEnd : .extensionName
        return byte == 13 || byte == 59
    }

    /// One trailer line or the empty line that ends the body: bytes used, 0 for more needed, -1 malformed.
    private mutating func takeTrailer(_ bytes: ByteSlice, to output: inout ScratchBuffer) -> Int {
        let used = bytes.withSpan { Trailer.lineLength($0) }
        guard used > 0 else {
            return used == 0 && Int(trailerBytes) + bytes.count <= Self.trailerLimit ? 0 : -1
        }
        if used == 2 {
            if !decodes { output.append("\r\n") }
            framing = .none
            return 2
        }
        guard Int(trailerBytes) + used <= Self.trailerLimit else { return -1 }
        trailerBytes += UInt16(used)
        if !decodes, bytes.withSpan({ Trailer.isForwarded($0) }) {
            output.append(bytes.prefix(used))
        }
        return used
    }
}

/// Field lines behind a chunked body.
enum Trailer {
    /// Bytes of the first line with its end: 2 for the empty line, 0 when incomplete, -1 when malformed.
    static func lineLength(_ bytes: Span<UInt8>) -> Int {
        if bytes[0] == 13 {
            guard bytes.count > 1 else { return 0 }
            return bytes[1] == 10 ? 2 : -1
        }
        let nameEnd = bytes.endOfToken(from: 0)
        guard nameEnd < bytes.count else { return 0 }
        guard nameEnd > 0, bytes[nameEnd] == 58 else { return -1 }
        let lineEnd = bytes.firstControl(from: nameEnd + 1)
        guard lineEnd < bytes.count else { return 0 }
        guard bytes[lineEnd] == 13 else { return -1 }
        guard lineEnd + 1 < bytes.count else { return 0 }
        return bytes[lineEnd + 1] == 10 ? lineEnd + 2 : -1
    }

    /// False for fields of framing, routing, authentication and content, which may not be trailers
    /// (RFC 9110 §6.5.1).
    static func isForwarded(_ line: Span<UInt8>) -> Bool {
        let count = line.endOfToken(from: 0)
        switch count {
        case 2: return !line.matches("te", at: 0, count: count)
        case 4: return !line.matches("host", at: 0, count: count)
        case 6:
            return !line.matches("cookie", at: 0, count: count)
                && !line.matches("expect", at: 0, count: count)
        case 7:
            return !line.matches("trailer", at: 0, count: count)
                && !line.matches("upgrade", at: 0, count: count)
        case 10:
            return !line.matches("connection", at: 0, count: count)
                && !line.matches("keep-alive", at: 0, count: count)
                && !line.matches("set-cookie", at: 0, count: count)
        case 12: return !line.matches("content-type", at: 0, count: count)
        case 13:
            return !line.matches("authorization", at: 0, count: count)
                && !line.matches("content-range", at: 0, count: count)
                && !line.matches("cache-control", at: 0, count: count)
        case 14: return !line.matches("content-length", at: 0, count: count)
        case 15: return !line.matches("x-forwarded-for", at: 0, count: count)
        case 16:
            return !line.matches("content-encoding", at: 0, count: count)
                && !line.matches("proxy-connection", at: 0, count: count)
        case 17: return !line.matches("transfer-encoding", at: 0, count: count)
        case 19: return !line.matches("proxy-authorization", at: 0, count: count)
        default: return true
        }
    }
}
