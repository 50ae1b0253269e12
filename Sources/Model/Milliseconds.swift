/// A duration as HAProxy writes it: a number and `us`, `ms`, `s`, `m`, `h` or `d`; a bare number is milliseconds.
package struct Milliseconds: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let count: Int

    package init(_ count: Int) { self.count = count }

    /// Nil when the text is not a duration or exceeds HAProxy's range (2³¹ − 1 ms).
    ///
    /// Microseconds are rounded up, as HAProxy does for timers in milliseconds.
    package init?(parsing text: String) {
        let digits = text.utf8.prefix { (48...57).contains($0) }
        guard !digits.isEmpty, digits.count <= 12, let number = Int(String(Substring(digits)))
        else {
            return nil
        }
        let unit = text.utf8.dropFirst(digits.count)
        let total: Int
        switch String(Substring(unit)) {
        case "us": total = (number + 999) / 1000
        case "", "ms": total = number
        case "s": total = number * 1000
        case "m": total = number * 60_000
        case "h": total = number * 3_600_000
        case "d": total = number * 86_400_000
        default: return nil
        }
        guard total <= Int(Int32.max) else { return nil }
        count = total
    }

    /// The shortest exact form: `1500ms` stays, `2000` becomes `2s`.
    package var description: String {
        for (size, unit) in [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")]
        where count >= size && count % size == 0 {
            return "\(count / size)\(unit)"
        }
        return "\(count)ms"
    }

    package var duration: Duration { .milliseconds(count) }

    package static func < (left: Self, right: Self) -> Bool { left.count < right.count }
}
