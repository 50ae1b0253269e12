/// A span of nanoseconds: a duration, or a time counted from 1970-01-01T00:00:00Z.
package struct CELTime: Hashable, Comparable, Sendable {
    package let nanoseconds: Int128

    package init(nanoseconds: Int128) { self.nanoseconds = nanoseconds }

    package init(seconds: Int64) { nanoseconds = Int128(seconds) * Self.second }

    static let second: Int128 = 1_000_000_000

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Whole seconds, rounded down.
    package var seconds: Int64 {
        let (quotient, rest) = nanoseconds.quotientAndRemainder(dividingBy: Self.second)
        return Int64(truncatingIfNeeded: rest < 0 ? quotient - 1 : quotient)
    }

    /// Nanoseconds above the whole seconds.
    var fraction: Int { Int(nanoseconds - Int128(seconds) * Self.second) }

    // MARK: Durations

    /// About 292 years, what 64 bits of nanoseconds hold.
    var isDuration: Bool { Int64(exactly: nanoseconds) != nil }

    private static let units: [String: Int128] = [
        "h": 3600 * second, "m": 60 * second, "s": second, "ms": 1_000_000, "us": 1000,
        "µs": 1000, "ns": 1,
    ]

    /// `1h30m`, `-1.5s`, `250ms`; nil for anything else and beyond the range.
    package init?(duration text: String) {
        var rest = Substring(text)
        let isNegative = rest.hasPrefix("-")
        if isNegative || rest.hasPrefix("+") { rest.removeFirst() }
        guard !rest.isEmpty else { return nil }
        var total: Int128 = 0
        while !rest.isEmpty, rest != "0" || total != 0 {
            guard let part = Self.part(of: &rest) else { return nil }
            total += part
            guard CELTime(nanoseconds: total).isDuration else { return nil }
        }
        nanoseconds = isNegative ? -total : total
    }

    private static func part(of rest: inout Substring) -> Int128? {
        let whole = rest.prefix { $0.isASCII && $0.isNumber }
        rest.removeFirst(whole.count)
        var digits = Substring()
        if rest.hasPrefix(".") {
            rest.removeFirst()
            digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest.removeFirst(digits.count)
        }
        let word = rest.prefix { $0.isLetter }
        rest.removeFirst(word.count)
        guard let unit = units[String(word)], !(whole.isEmpty && digits.isEmpty), whole.count <= 20,
            let number = whole.isEmpty ? 0 : Int128(whole)
        else { return nil }
        var result = number * unit
        var share = unit
        for digit in digits.prefix(18) {
            // Below a nanosecond nothing is left.
            let value = Int128(digit.wholeNumberValue ?? 0)
            result += share * value / 10
            share /= 10
        }
        return result
    }

    /// Seconds and at most nine decimals: `3600s`, `1.5s`.
    var durationText: String {
        let magnitude = nanoseconds.magnitude
        let (whole, rest) = magnitude.quotientAndRemainder(dividingBy: UInt128(Self.second))
        return (nanoseconds < 0 ? "-" : "") + "\(whole)\(Self.decimals(Int(rest)))s"
    }

    /// `.5` of 500,000,000; empty of 0.
    static func decimals(_ nanoseconds: Int) -> String {
        guard nanoseconds > 0 else { return "" }
        var digits = String(nanoseconds)
        digits = String(repeating: "0", count: 9 - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return "." + digits
    }
}
