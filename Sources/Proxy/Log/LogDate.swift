/// Dates as logs and headers write them, from seconds since 1970, without the C library's locale.
enum LogDate {
    /// A calendar date and a time of day.
    struct Parts {
        var year: Int64
        var month: Int
        var day: Int64
        var hour: Int64
        var minute: Int64
        var second: Int64
        /// 0 for Sunday.
        var weekday: Int
    }

    private static let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"
    private static let weekdays: StaticString = "SunMonTueWedThuFriSat"

    /// The proleptic Gregorian calendar.
    static func parts(of seconds: Int64) -> Parts {
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let time = seconds - days * 86_400
        // Years that begin in March, in eras of 400 years.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let place = (5 * dayOfYear + 2) / 153
        let month = Int(place < 10 ? place + 3 : place - 9)
        return Parts(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
            month: month,
            day: dayOfYear - (153 * place + 2) / 5 + 1,
            hour: time / 3600,
            minute: time / 60 % 60,
            second: time % 60,
            weekday: Int(((days + 4) % 7 + 7) % 7)
        )
    }

    private static func append(name index: Int, of names: StaticString, to arena: inout Arena) {
        arena.append(ByteSlice(names)[(3 * index)..<(3 * index + 3)])
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
    static func appendHTTP(_ seconds: Int64, to arena: inout Arena) {
        let parts = parts(of: seconds)
        append(name: parts.weekday, of: weekdays, to: &arena)
        arena.append(", ")
        arena.append(decimal: parts.day, digits: 2)
        arena.append(byte: 32)
        append(name: parts.month - 1, of: months, to: &arena)
        arena.append(byte: 32)
        arena.append(decimal: parts.year, digits: 4)
        arena.append(byte: 32)
        appendTime(parts, to: &arena)
        arena.append(" GMT")
    }

    /// `06/Nov/1994:08:49:37`, as accesses are logged.
    static func appendLog(_ seconds: Int64, to arena: inout Arena) {
        let parts = parts(of: seconds)
        arena.append(decimal: parts.day, digits: 2)
        arena.append(byte: UInt8(ascii: "/"))
        append(name: parts.month - 1, of: months, to: &arena)
        arena.append(byte: UInt8(ascii: "/"))
        arena.append(decimal: parts.year, digits: 4)
        arena.append(byte: UInt8(ascii: ":"))
        appendTime(parts, to: &arena)
    }

    /// `Nov  6 08:49:37` (RFC 3164 §4.1.2).
    static func appendSyslog(_ seconds: Int64, to arena: inout Arena) {
        let parts = parts(of: seconds)
        append(name: parts.month - 1, of: months, to: &arena)
        arena.append(parts.day < 10 ? "  " : " ")
        arena.append(decimal: parts.day)
        arena.append(byte: 32)
        appendTime(parts, to: &arena)
    }

    /// `1994-11-06T08:49:37.000000+00:00` (RFC 5424 §6.2.3).
    static func appendISO(
        _ seconds: Int64,
        microseconds: Int64?,
        offset: Int64,
        to arena: inout Arena
    ) {
        let parts = parts(of: seconds + offset)
        arena.append(decimal: parts.year, digits: 4)
        arena.append(byte: UInt8(ascii: "-"))
        arena.append(decimal: Int64(parts.month), digits: 2)
        arena.append(byte: UInt8(ascii: "-"))
        arena.append(decimal: parts.day, digits: 2)
        arena.append(byte: UInt8(ascii: "T"))
        appendTime(parts, to: &arena)
        if let microseconds {
            arena.append(byte: UInt8(ascii: "."))
            arena.append(decimal: microseconds, digits: 6)
        }
        appendOffset(offset, separator: true, to: &arena)
    }

    /// `+0200` or `+02:00`.
    static func appendOffset(_ offset: Int64, separator: Bool, to arena: inout Arena) {
        arena.append(byte: UInt8(ascii: offset < 0 ? "-" : "+"))
        let minutes = abs(offset) / 60
        arena.append(decimal: minutes / 60, digits: 2)
        if separator { arena.append(byte: UInt8(ascii: ":")) }
        arena.append(decimal: minutes % 60, digits: 2)
    }

    private static func appendTime(_ parts: Parts, to arena: inout Arena) {
        arena.append(decimal: parts.hour, digits: 2)
        arena.append(byte: UInt8(ascii: ":"))
        arena.append(decimal: parts.minute, digits: 2)
        arena.append(byte: UInt8(ascii: ":"))
        arena.append(decimal: parts.second, digits: 2)
    }
}
