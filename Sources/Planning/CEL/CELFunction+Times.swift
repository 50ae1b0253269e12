extension CELFunction {
    /// Parts of times and durations.
    static let times: [CELFunction] = parts + spans

    private typealias Part = @Sendable (CELTime.Calendar) -> Int

    /// Months, days of the month and days of the year count from 0, except for `getDate`.
    private static let parts: [CELFunction] = {
        let parts: [(String, Part)] = [
            ("getFullYear", { $0.year }), ("getMonth", { $0.month - 1 }),
            ("getDate", { $0.day }), ("getDayOfMonth", { $0.day - 1 }),
            ("getDayOfWeek", { $0.dayOfWeek }), ("getDayOfYear", { $0.dayOfYear }),
            ("getHours", { $0.hour }), ("getMinutes", { $0.minute }),
            ("getSeconds", { $0.second }),
        ]
        var functions: [CELFunction] = []
        for arguments: [CELType] in [[.timestamp], [.timestamp, .string]] {
            for entry in parts {
                let (name, part) = entry
                functions.append(
                    CELFunction(name, arguments, .int, isMember: true) {
                        values,
                        context throws(CELFailure) in
                        guard case .timestamp(let time) = values[0] else { return .null }
                        let offset = try offset(values, at: time, context)
                        return .int(Int64(part(time.calendar(offset: offset))))
                    }
                )
            }
            functions.append(
                CELFunction("getMilliseconds", arguments, .int, isMember: true) { values, _ in
                    guard case .timestamp(let time) = values[0] else { return .null }
                    return .int(Int64(time.fraction / 1_000_000))
                }
            )
        }
        return functions
    }()

    private static func offset(_ values: [CELValue], at time: CELTime, _ context: Context)
        throws(CELFailure) -> Int
    {
        guard values.count > 1, case .string(let name) = values[1] else { return 0 }
        guard let offset = CELTime.offset(name) ?? context.timeZones?(name, time.seconds) else {
            throw context.failure("unknown time zone; write an offset such as +02:00")
        }
        return offset
    }

    /// A duration as a whole number of one unit.
    private static let spans: [CELFunction] = {
        let units: [(String, Int128)] = [
            ("getHours", 3600 * CELTime.second), ("getMinutes", 60 * CELTime.second),
            ("getSeconds", CELTime.second),
        ]
        let wholes = units.map { name, unit in
            CELFunction(name, [.duration], .int, isMember: true) { values, _ in
                guard case .duration(let span) = values[0] else { return .null }
                return .int(Int64(span.nanoseconds / unit))
            }
        }
        // Milliseconds are those above the whole seconds, as for times.
        let milliseconds = CELFunction("getMilliseconds", [.duration], .int, isMember: true) {
            values,
            _ in
            guard case .duration(let span) = values[0] else { return .null }
            return .int(Int64(span.nanoseconds % CELTime.second / 1_000_000))
        }
        return wholes + [milliseconds]
    }()
}
