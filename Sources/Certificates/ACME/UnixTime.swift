import FoundationEssentials

/// Moments in seconds since 1970: how they are written, and how authorities write them.
package enum UnixTime {
    /// `2026-11-23 08:30:12 UTC`
    package static func text(_ seconds: Int) -> String {
        Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
            .replacing("T", with: " ").replacing("Z", with: " UTC")
    }

    /// `2026-11-23T08:30:12Z`, with or without fractions or an offset (RFC 3339); nil when it is something else.
    static func parse(_ text: String) -> Int? {
        let plain = try? Date(text, strategy: .iso8601)
        let date =
            plain
            ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
        return date.map { Int($0.timeIntervalSince1970.rounded(.down)) }
    }

    /// `Retry-After` in seconds or as an HTTP date (RFC 9110 §10.2.3), as a moment at most a week from now.
    static func retryAfter(_ field: String?, now: Int) -> Int? {
        guard let field else { return nil }
        let text = field.trimming(" \t")
        let moment: Int?
        if let seconds = Int(text) {
            moment = seconds < 0 ? nil : now + min(seconds, 604_800)
        } else {
            moment = httpDate(text)
        }
        return moment.map { min(max($0, now), now + 604_800) }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that may be sent (RFC 9110 §5.6.7).
    static func httpDate(_ text: String) -> Int? {
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let day = Int(words[1]),
            let month = months.firstIndex(of: String(words[2])), let year = Int(words[3]),
            (1970...9999).contains(year), (1...31).contains(day)
        else { return nil }
        let time = words[4].split(separator: ":").compactMap { Int($0) }
        guard time.count == 3, (0...23).contains(time[0]), (0...59).contains(time[1]),
            (0...60).contains(time[2])
        else { return nil }
        return days(year, month + 1, day) * 86_400 + time[0] * 3600 + time[1] * 60 + time[2]
    }

    /// Days since 1970 of a date of the Gregorian calendar, counted from March so that leap days come last.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = (year / 400, year % 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

extension String {
    /// Without these characters at both ends.
    func trimming(_ characters: String) -> String {
        let kept = drop { characters.contains($0) }
        return String(kept.reversed().drop { characters.contains($0) }.reversed())
    }
}
