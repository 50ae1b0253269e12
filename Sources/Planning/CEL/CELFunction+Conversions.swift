extension CELFunction {
    /// From one type to another; what does not fit is an error, never cut off.
    static let conversions: [CELFunction] =
        toInt + toUInt + toDouble + toString + toOthers

    private static let range = "range error"

    private static let toInt: [CELFunction] = [
        CELFunction("int", [.int], .int) { values, _ in values[0] },
        CELFunction("int", [.uint], .int) { values, context throws(CELFailure) in
            guard case .uint(let number) = values[0], let whole = Int64(exactly: number) else {
                throw context.failure(range)
            }
            return .int(whole)
        },
        CELFunction("int", [.double], .int) { values, context throws(CELFailure) in
            // The bounds themselves are not exact in a double, so they are out.
            guard case .double(let number) = values[0], number > -9.223372036854775808e18,
                number < 9.223372036854775807e18
            else { throw context.failure(range) }
            return .int(Int64(number))
        },
        CELFunction("int", [.string], .int) { values, context throws(CELFailure) in
            guard case .string(let text) = values[0], let number = Int64(text) else {
                throw context.failure("not a number of type int")
            }
            return .int(number)
        },
        CELFunction("int", [.timestamp], .int) { values, _ in
            if case .timestamp(let time) = values[0] { .int(time.seconds) } else { .null }
        },
    ]

    private static let toUInt: [CELFunction] = [
        CELFunction("uint", [.uint], .uint) { values, _ in values[0] },
        CELFunction("uint", [.int], .uint) { values, context throws(CELFailure) in
            guard case .int(let number) = values[0], let whole = UInt64(exactly: number) else {
                throw context.failure(range)
            }
            return .uint(whole)
        },
        CELFunction("uint", [.double], .uint) { values, context throws(CELFailure) in
            guard case .double(let number) = values[0], number > -1,
                number < 1.8446744073709551615e19
            else { throw context.failure(range) }
            return .uint(UInt64(number))
        },
        CELFunction("uint", [.string], .uint) { values, context throws(CELFailure) in
            guard case .string(let text) = values[0], let number = UInt64(text) else {
                throw context.failure("not a number of type uint")
            }
            return .uint(number)
        },
    ]

    private static let toDouble: [CELFunction] = [
        CELFunction("double", [.double], .double) { values, _ in values[0] },
        CELFunction("double", [.int], .double) { values, _ in
            if case .int(let number) = values[0] { .double(Double(number)) } else { .null }
        },
        CELFunction("double", [.uint], .double) { values, _ in
            if case .uint(let number) = values[0] { .double(Double(number)) } else { .null }
        },
        CELFunction("double", [.string], .double) { values, context throws(CELFailure) in
            guard case .string(let text) = values[0], let number = Double(text) else {
                throw context.failure("not a number of type double")
            }
            return .double(number)
        },
    ]

    private static let toString: [CELFunction] = {
        let types: [CELType] = [
            .string, .int, .uint, .double, .bool, .timestamp, .duration, .bytes, .cidr,
        ]
        return types.map { type in
            CELFunction("string", [type], .string) { values, context throws(CELFailure) in
                try context.spend(1)
                guard let text = text(of: values[0]) else {
                    throw context.failure("invalid UTF-8 in bytes")
                }
                return .string(text)
            }
        }
    }()

    /// What `string(x)` gives; nil for what has no text.
    static func text(of value: CELValue) -> String? {
        switch value {
        case .string(let text): text
        case .int(let number): String(number)
        case .uint(let number): String(number)
        case .double(let number): text(of: number)
        case .bool(let flag): flag ? "true" : "false"
        case .timestamp(let time): time.timestampText
        case .duration(let span): span.durationText
        case .bytes(let bytes): String(validating: bytes, as: UTF8.self)
        case .cidr(let network): network.description
        case .null, .list, .map, .type, .object: nil
        }
    }

    /// The shortest text that reads back the same; whole numbers without a decimal.
    private static func text(of number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Inf" : "+Inf" }
        let text = number.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private static let toOthers: [CELFunction] = [
        CELFunction("bytes", [.bytes], .bytes) { values, _ in values[0] },
        CELFunction("bytes", [.string], .bytes) { values, context throws(CELFailure) in
            guard case .string(let text) = values[0] else { return .null }
            try context.spend(text.utf8.count / 8)
            return .bytes(Array(text.utf8))
        },
        CELFunction("bool", [.bool], .bool) { values, _ in values[0] },
        CELFunction("bool", [.string], .bool) { values, context throws(CELFailure) in
            guard case .string(let text) = values[0] else { return .null }
            switch text {
            case "1", "t", "true", "TRUE", "True": return .bool(true)
            case "0", "f", "false", "FALSE", "False": return .bool(false)
            default: throw context.failure("not a bool")
            }
        },
        CELFunction("timestamp", [.timestamp], .timestamp) { values, _ in values[0] },
        CELFunction("timestamp", [.string], .timestamp) { values, context throws(CELFailure) in
            guard case .string(let text) = values[0], let time = CELTime(timestamp: text) else {
                throw context.failure("not a time such as 2026-01-31T12:00:00Z in range")
            }
            return .timestamp(time)
        },
        CELFunction("timestamp", [.int], .timestamp) { values, context throws(CELFailure) in
            guard case .int(let seconds) = values[0], CELTime(seconds: seconds).isTimestamp else {
                throw context.failure(range)
            }
            return .timestamp(CELTime(seconds: seconds))
        },
        CELFunction("duration", [.duration], .duration) { values, _ in values[0] },
        CELFunction("duration", [.string], .duration) { values, context throws(CELFailure) in
            guard case .string(let text) = values[0], let span = CELTime(duration: text) else {
                throw context.failure("not a duration such as 1h30m in range")
            }
            return .duration(span)
        },
    ]
}
