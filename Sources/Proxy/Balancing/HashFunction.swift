/// `hash-type … FUNCTION`: what turns the bytes of a request into a number, as HAProxy does (`src/hash.c`, 2.6–3.0).
package enum HashFunction: UInt8, BitwiseCopyable, Sendable, CaseIterable {
    /// Zigang's, from the sdbm database: the default.
    case sdbm
    /// Bernstein's: hash × 33 + byte.
    case djb2
    /// As in Ethernet and gzip.
    case crc32
    /// Designed for HAProxy's own use; slower and spread wider.
    case wt6
    /// The bytes are a decimal number (3.0).
    case none

    /// By its name in the configuration.
    package init?(named name: String) {
        switch name {
        case "sdbm": self = .sdbm
        case "djb2": self = .djb2
        case "crc32": self = .crc32
        case "wt6": self = .wt6
        case "none": self = .none
        default: return nil
        }
    }

    /// The hash of a stretch of bytes, before any avalanche.
    package func hash(_ bytes: Span<UInt8>, in range: Range<Int>) -> UInt32 {
        switch self {
        case .sdbm:
            var hash: UInt32 = 0
            for index in range {
                hash = UInt32(bytes[index]) &+ (hash << 6) &+ (hash << 16) &- hash
            }
            return hash
        case .djb2:
            var hash: UInt32 = 5381
            for index in range { hash = (hash << 5) &+ hash &+ UInt32(bytes[index]) }
            return hash
        case .crc32: return Self.crc32(bytes, in: range)
        case .wt6: return Self.wt6(bytes, in: range)
        case .none: return Self.number(bytes, in: range)
        }
    }

    private static func crc32(_ bytes: Span<UInt8>, in range: Range<Int>) -> UInt32 {
        var hash = UInt32.max
        for index in range {
            hash ^= UInt32(bytes[index])
            for _ in 0..<8 { hash = (hash >> 1) ^ (hash & 1 == 1 ? 0xedb8_8320 : 0) }
        }
        return ~hash
    }

    private static func wt6(_ bytes: Span<UInt8>, in range: Range<Int>) -> UInt32 {
        var low: UInt32 = 0xa53c_965a
        var high: UInt32 = 0x5ca6_953a
        var first: UInt32 = 6
        var second: UInt32 = 18
        for index in range {
            let byte = UInt32(bytes[index])
            low = ~(low ^ byte)
            high = ~(high &+ byte)
            let mixed = rotated(high, by: first)
            high = rotated(low, by: second)
            low = mixed
            let steps = ((low >> 16) ^ high) & 0xffff
            first = steps & 0x1f
            second = steps >> 11
        }
        return low ^ high
    }

    @inline(__always)
    private static func rotated(_ value: UInt32, by count: UInt32) -> UInt32 {
        value &<< count | value &>> ((32 &- count) & 31)
    }

    /// Digits up to the first byte that is none, with a sign or without.
    private static func number(_ bytes: Span<UInt8>, in range: Range<Int>) -> UInt32 {
        var index = range.lowerBound
        var isNegative = false
        if index < range.upperBound,
            bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+")
        {
            isNegative = bytes[index] == UInt8(ascii: "-")
            index += 1
        }
        var value: UInt64 = 0
        while index < range.upperBound, ASCII.isDigit(bytes[index]) {
            value = value &* 10 &+ UInt64(bytes[index] &- 48)
            index += 1
        }
        return UInt32(truncatingIfNeeded: isNegative ? 0 &- value : value)
    }
}
