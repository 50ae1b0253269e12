/// One way to call an operator or a function: what it takes and what it gives.
struct CELOverload: Hashable, Sendable {
    let arguments: [CELType]
    let result: CELType

    init(_ arguments: [CELType], _ result: CELType) {
        self.arguments = arguments
        self.result = result
    }

    /// Whether any of the types is a parameter.
    var isGeneric: Bool { arguments.contains { Self.isGeneric($0) } }

    private static func isGeneric(_ type: CELType) -> Bool {
        switch type {
        case .parameter: true
        case .list(let element): isGeneric(element)
        case .map(let key, let value): isGeneric(key) || isGeneric(value)
        default: false
        }
    }

    private static let a = CELType.parameter(0)
    private static let b = CELType.parameter(1)

    static let conditional = [CELOverload([.bool, a, a], a)]

    static let index = [CELOverload([.list(a), .int], a), CELOverload([.map(a, b), a], b)]

    static let unary: [CELOperator: [CELOverload]] = [
        .not: [CELOverload([.bool], .bool)],
        .negate: [CELOverload([.int], .int), CELOverload([.double], .double)],
    ]

    static let binary: [CELOperator: [CELOverload]] = [
        .or: [CELOverload([.bool, .bool], .bool)],
        .and: [CELOverload([.bool, .bool], .bool)],
        .equal: [CELOverload([a, a], .bool)],
        .notEqual: [CELOverload([a, a], .bool)],
        .less: ordered, .lessOrEqual: ordered, .greater: ordered, .greaterOrEqual: ordered,
        .in: [CELOverload([a, .list(a)], .bool), CELOverload([a, .map(a, b)], .bool)],
        .add: numbers + [
            CELOverload([.string, .string], .string), CELOverload([.bytes, .bytes], .bytes),
            CELOverload([.list(a), .list(a)], .list(a)),
            CELOverload([.timestamp, .duration], .timestamp),
            CELOverload([.duration, .timestamp], .timestamp),
            CELOverload([.duration, .duration], .duration),
        ],
        .subtract: numbers + [
            CELOverload([.timestamp, .timestamp], .duration),
            CELOverload([.timestamp, .duration], .timestamp),
            CELOverload([.duration, .duration], .duration),
        ],
        .multiply: numbers,
        .divide: numbers,
        .remainder: [CELOverload([.int, .int], .int), CELOverload([.uint, .uint], .uint)],
    ]

    private static let numbers = [CELType.int, .uint, .double].map { CELOverload([$0, $0], $0) }

    /// Every pair of numbers, and each other ordered type with itself.
    private static let ordered: [CELOverload] = {
        let numeric: [CELType] = [.int, .uint, .double]
        let others: [CELType] = [.bool, .string, .bytes, .timestamp, .duration]
        return numeric.flatMap { left in numeric.map { CELOverload([left, $0], .bool) } }
            + others.map { CELOverload([$0, $0], .bool) }
    }()
}
