/// `cookie NAME MODE …`: how a cookie keeps a client with its server (configuration.txt, HAProxy 2.6).
package struct CookiePersistence: BitwiseCopyable, Sendable {
    /// Who writes the cookie.
    package enum Mode: UInt8, BitwiseCopyable, Sendable {
        /// There is no such line.
        case none
        /// Only servers do, and its value passes as it is.
        case passive
        /// Servers do, and the proxy puts the server's name in place of the value.
        case rewrite
        /// The proxy does.
        case insert
        /// Servers do, and the proxy puts the server's name and `~` before the value.
        case prefix
    }

    package var mode = Mode.none
    package var name: RawText = .empty
    /// Servers never see the cookie, and a client that has it is not given it again.
    package var isIndirect = false
    /// Responses that set it are marked private.
    package var forbidsCaching = false
    /// It is set in responses to POST only.
    package var isForPostOnly = false
    /// A cookie of that name that a server sets is left alone.
    package var preservesServers = false
    /// Servers without a value of their own are given one made of their address.
    package var isDynamic = false
    /// What follows the value where the proxy sets it: path, domain and flags.
    package var attributes: RawText = .empty
    /// Seconds after which a cookie counts no more, since it was last and first set; 0 for ever.
    package var maxIdle: UInt32 = 0
    package var maxLife: UInt32 = 0

    package init() {}

    var hasDates: Bool { maxIdle > 0 || maxLife > 0 }
}

/// One `name=value` of a `Cookie` field, by its places.
struct CookiePair {
    /// Without the white space around it.
    let whole: Range<Int>
    let name: Range<Int>
    /// Empty where there is no `=`.
    let value: Range<Int>

    /// The pair in a stretch of bytes up to a semicolon.
    init(_ bytes: ByteSlice, _ stretch: Range<Int>) {
        whole = Self.trim(bytes, stretch)
        var equals = whole.lowerBound
        while equals < whole.upperBound, bytes[equals] != 61 { equals += 1 }
        name = Self.trim(bytes, whole.lowerBound..<equals)
        value =
            equals < whole.upperBound
            ? Self.trim(bytes, equals + 1..<whole.upperBound)
            : whole.upperBound..<whole.upperBound
    }

    private static func trim(_ bytes: ByteSlice, _ range: Range<Int>) -> Range<Int> {
        var (lower, upper) = (range.lowerBound, range.upperBound)
        while lower < upper, bytes[lower] == 32 || bytes[lower] == 9 { lower += 1 }
        while upper > lower, bytes[upper - 1] == 32 || bytes[upper - 1] == 9 { upper -= 1 }
        return lower..<upper
    }

    /// The first byte of this kind in the value, or the value's end.
    func firstInValue(_ byte: UInt8, of bytes: ByteSlice) -> Int {
        var index = value.lowerBound
        while index < value.upperBound, bytes[index] != byte { index += 1 }
        return index
    }
}

/// Walks over the pairs of a `Cookie` field.
struct CookieCursor: BitwiseCopyable {
    private var index: Int
    private let end: Int

    init(_ value: RequestHead.Part) {
        index = Int(value.start)
        end = value.end
    }

    mutating func next(in bytes: ByteSlice) -> CookiePair? {
        guard index < end else { return nil }
        var stop = index
        while stop < end, bytes[stop] != 59 { stop += 1 }
        defer { index = stop + 1 }
        return CookiePair(bytes, index..<stop)
    }
}

/// Dates in cookies: 30 bits in five characters, each a quarter of a minute's fifteenth, that is four seconds
/// (`s30tob64`, HAProxy 2.6).
enum CookieDate {
    /// `|` and a moment in seconds since 1970.
    static func write(_ seconds: Int, to output: inout ScratchBuffer) {
        var bits = (seconds + 3) >> 2
        output.append(byte: 124)
        for _ in 0..<5 {
            output.append(byte: character(bits >> 24 & 63))
            bits <<= 6
        }
    }

    private static func character(_ value: Int) -> UInt8 {
        switch value {
        case 0..<26: UInt8(65 + value)
        case 26..<52: UInt8(71 + value)
        case 52..<62: UInt8(value - 4)
        default: value == 62 ? 43 : 47
        }
    }

    /// Seconds since 1970 of five characters; 0 for anything else.
    static func read(_ bytes: ByteSlice, _ range: Range<Int>) -> Int {
        guard range.count == 5 else { return 0 }
        var bits = 0
        for index in range {
            let byte = Int(bytes[index])
            let value: Int
            switch byte {
            case 65...90: value = byte - 65
            case 97...122: value = byte - 71
            case 48...57: value = byte + 4
            case 43: value = 62
            case 47: value = 63
            default: return 0
            }
            bits = bits << 6 | value
        }
        return bits << 2
    }
}
