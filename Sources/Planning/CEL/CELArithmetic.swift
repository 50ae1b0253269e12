/// The operators on two values; `no such overload` where the types do not go together.
enum CELArithmetic {
    static let noOverload = "no such overload"
    private static let overflow = "integer overflow"

    /// Why an operator cannot give a value.
    struct Undefined: Error {
        let message: String
    }

    static func apply(_ symbol: CELOperator, _ left: CELValue, _ right: CELValue)
        throws(Undefined) -> CELValue
    {
        switch symbol {
        case .equal: .bool(CELValue.areEqual(left, right))
        case .notEqual: .bool(!CELValue.areEqual(left, right))
        case .less: .bool(try order(left, right) == .less)
        case .greater: .bool(try order(left, right) == .greater)
        case .lessOrEqual: .bool([.less, .equal].contains(try order(left, right)))
        case .greaterOrEqual: .bool([.greater, .equal].contains(try order(left, right)))
        case .in: .bool(try isIn(left, right))
        case .add: try add(left, right)
        case .subtract: try subtract(left, right)
        case .multiply, .divide, .remainder: try scale(symbol, left, right)
        case .or, .and, .not, .negate: throw Undefined(message: noOverload)
        }
    }

    static func negate(_ value: CELValue) throws(Undefined) -> CELValue {
        switch value {
        case .int(let number):
            guard number != .min else { throw Undefined(message: overflow) }
            return .int(-number)
        case .double(let number): return .double(-number)
        default: throw Undefined(message: noOverload)
        }
    }

    private static func order(_ left: CELValue, _ right: CELValue) throws(Undefined)
        -> CELValue.Order
    {
        switch (left, right) {
        case (.bool(let a), .bool(let b)): return CELValue.order(a ? 1 : 0, b ? 1 : 0)
        case (.string(let a), .string(let b)):
            if a.utf8.lexicographicallyPrecedes(b.utf8) { return .less }
            return a.utf8.elementsEqual(b.utf8) ? .equal : .greater
        case (.bytes(let a), .bytes(let b)):
            if a.lexicographicallyPrecedes(b) { return .less }
            return a == b ? .equal : .greater
        case (.timestamp(let a), .timestamp(let b)), (.duration(let a), .duration(let b)):
            return CELValue.order(a, b)
        default:
            guard let order = CELValue.compareNumbers(left, right) else {
                throw Undefined(message: noOverload)
            }
            return order
        }
    }

    private static func isIn(_ value: CELValue, _ collection: CELValue) throws(Undefined) -> Bool {
        switch collection {
        case .list(let list): list.contains { CELValue.areEqual($0, value) }
        case .map(let map): map.find(value) != nil
        default: throw Undefined(message: noOverload)
        }
    }

    private static func add(_ left: CELValue, _ right: CELValue) throws(Undefined) -> CELValue {
        switch (left, right) {
        case (.int(let a), .int(let b)): .int(try checked(a.addingReportingOverflow(b)))
        case (.uint(let a), .uint(let b)): .uint(try checked(a.addingReportingOverflow(b)))
        case (.double(let a), .double(let b)): .double(a + b)
        case (.string(let a), .string(let b)): .string(a + b)
        case (.bytes(let a), .bytes(let b)): .bytes(a + b)
        case (.list(let a), .list(let b)): .list(a + b)
        case (.timestamp(let a), .duration(let b)), (.duration(let b), .timestamp(let a)):
            try timestamp(a.nanoseconds + b.nanoseconds)
        case (.duration(let a), .duration(let b)): try duration(a.nanoseconds + b.nanoseconds)
        default: throw Undefined(message: noOverload)
        }
    }

    private static func subtract(_ left: CELValue, _ right: CELValue) throws(Undefined) -> CELValue
    {
        switch (left, right) {
        case (.int(let a), .int(let b)): .int(try checked(a.subtractingReportingOverflow(b)))
        case (.uint(let a), .uint(let b)): .uint(try checked(a.subtractingReportingOverflow(b)))
        case (.double(let a), .double(let b)): .double(a - b)
        case (.timestamp(let a), .duration(let b)): try timestamp(a.nanoseconds - b.nanoseconds)
        case (.timestamp(let a), .timestamp(let b)), (.duration(let a), .duration(let b)):
            try duration(a.nanoseconds - b.nanoseconds)
        default: throw Undefined(message: noOverload)
        }
    }

    private static func scale(_ symbol: CELOperator, _ left: CELValue, _ right: CELValue)
        throws(Undefined) -> CELValue
    {
        switch (left, right) {
        case (.int(let a), .int(let b)): .int(try scale(symbol, a, b))
        case (.uint(let a), .uint(let b)): .uint(try scale(symbol, a, b))
        case (.double(let a), .double(let b)) where symbol == .multiply: .double(a * b)
        case (.double(let a), .double(let b)) where symbol == .divide: .double(a / b)
        default: throw Undefined(message: noOverload)
        }
    }

    private static func scale<Number: FixedWidthInteger>(
        _ symbol: CELOperator,
        _ left: Number,
        _ right: Number
    ) throws(Undefined) -> Number {
        switch symbol {
        case .multiply: return try checked(left.multipliedReportingOverflow(by: right))
        case .divide:
            guard right != 0 else { throw Undefined(message: "divide by zero") }
            return try checked(left.dividedReportingOverflow(by: right))
        default:
            guard right != 0 else { throw Undefined(message: "modulus by zero") }
            return try checked(left.remainderReportingOverflow(dividingBy: right))
        }
    }

    private static func checked<Number>(_ result: (partialValue: Number, overflow: Bool))
        throws(Undefined) -> Number
    {
        guard !result.overflow else { throw Undefined(message: overflow) }
        return result.partialValue
    }

    private static func timestamp(_ nanoseconds: Int128) throws(Undefined) -> CELValue {
        let time = CELTime(nanoseconds: nanoseconds)
        guard time.isTimestamp else { throw Undefined(message: "timestamp out of range") }
        return .timestamp(time)
    }

    private static func duration(_ nanoseconds: Int128) throws(Undefined) -> CELValue {
        let span = CELTime(nanoseconds: nanoseconds)
        guard span.isDuration else { throw Undefined(message: "duration out of range") }
        return .duration(span)
    }
}
