extension CELTime {
    /// A day and a time of day, as a calendar shows them (proleptic Gregorian, RFC 3339).
    struct Calendar: Hashable, Sendable {
        let year: Int
        /// From 1.
        let month: Int
        /// From 1.
        let day: Int
        /// From 0.
        let dayOfYear: Int
        /// Sunday is 0.
        let dayOfWeek: Int
        let hour: Int
        let minute: Int
        let second: Int
    }

    /// From 0001-01-01T00:00:00Z to the end of 9999.
    var isTimestamp: Bool { (-62_135_596_800...253_402_300_799).contains(seconds) }

    /// The calendar at an offset of so many seconds east of UTC.
    func calendar(offset: Int = 0) -> Calendar {
        let local = Int(seconds) + offset
        let days = Int((Double(local) / 86_400).rounded(.down))
        let time = local - days * 86_400
        let (year, month, day) = Self.civil(fromDays: days)
        return Calendar(
            year: year,
            month: month,
            day: day,
            dayOfYear: days - Self.days(ofYear: year, month: 1, day: 1),
            dayOfWeek: ((days + 4) % 7 + 7) % 7,
            hour: time / 3600,
            minute: time / 60 % 60,
            second: time % 60
        )
    }

    /// Days since 1970-01-01.
    private static func days(ofYear year: Int, month: Int, day: Int) -> Int {
        // Years begin in March here, so that the leap day is the last of its year.
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }

    private static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let part = (5 * dayOfYear + 2) / 153
        let month = part < 10 ? part + 3 : part - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * part + 2) / 5 + 1
        )
    }

    /// A time as RFC 3339 writes it, `Z` or an offset; nil for anything else and beyond the range.
    package init?(timestamp text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[4] == 45, bytes[7] == 45, bytes[10] | 32 == 116,
            bytes[13] == 58, bytes[16] == 58,
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
            let day = Self.number(bytes[8..<10]), let hour = Self.number(bytes[11..<13]),
            let minute = Self.number(bytes[14..<16]), let second = Self.number(bytes[17..<19]),
            (1...12).contains(month), day >= 1, day <= Self.lengthOfMonth(month, in: year),
            hour < 24, minute < 60, second < 60
        else { return nil }
        var rest = bytes[19...]
        var fraction: Int128 = 0
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            let digits = rest.prefix { (48...57).contains($0) }
            guard (1...9).contains(digits.count), let number = Self.number(digits) else {
                return nil
            }
            fraction = Int128(number)
            for _ in digits.count..<9 { fraction *= 10 }
            rest = rest.dropFirst(digits.count)
        }
        guard let offset = Self.offset(String(decoding: rest, as: UTF8.self), isUTC: "Z") else {
            return nil
        }
        let days = Self.days(ofYear: year, month: month, day: day)
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset
        nanoseconds = Int128(seconds) * Self.second + fraction
        guard isTimestamp else { return nil }
    }

    /// Seconds east of UTC: `UTC`, `+02:00`, `-02:30`, `02:00`; nil for anything else.
    static func offset(_ text: String, isUTC: String = "UTC") -> Int? {
        if text == isUTC || (isUTC == "Z" && text == "z") { return 0 }
        var bytes = Array(text.utf8)
        let sign = bytes.first == UInt8(ascii: "-") ? -1 : 1
        if bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") {
            bytes.removeFirst()
        } else if isUTC == "Z" {
            return nil
        }
        guard bytes.count == 5, bytes[2] == 58, let hours = number(bytes[0..<2]),
            let minutes = number(bytes[3..<5]), hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }

    private static func lengthOfMonth(_ month: Int, in year: Int) -> Int {
        let next = month == 12 ? (year + 1, 1) : (year, month + 1)
        return days(ofYear: next.0, month: next.1, day: 1)
            - days(ofYear: year, month: month, day: 1)
    }

    private static func number(_ digits: some Collection<UInt8>) -> Int? {
        var number = 0
        for digit in digits {
            guard (48...57).contains(digit) else { return nil }
            number = number * 10 + Int(digit - 48)
        }
        return number
    }

    /// RFC 3339 in UTC with as many decimals as are needed.
    package var timestampText: String {
        let calendar = calendar()
        let date =
            "\(Self.padded(calendar.year, 4))-\(Self.padded(calendar.month))-\(Self.padded(calendar.day))"
        let time =
            "\(Self.padded(calendar.hour)):\(Self.padded(calendar.minute)):\(Self.padded(calendar.second))"
        return "\(date)T\(time)\(Self.decimals(fraction))Z"
    }

    private static func padded(_ number: Int, _ width: Int = 2) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
