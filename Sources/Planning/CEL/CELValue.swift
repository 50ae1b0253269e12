/// A value that an expression works with.
package enum CELValue: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list([CELValue])
    case map(CELMap)
    case timestamp(CELTime)
    case duration(CELTime)
    case cidr(CELNetwork)
    case type(String)
    case object(any CELObject)
}

/// A structure whose fields are looked up when an expression asks for them.
package protocol CELObject: Sendable {
    /// The name under which its fields are declared.
    var celTypeName: String { get }
    /// The declared fields, in their order.
    var celFieldNames: [String] { get }
    /// The value of a field; nil when there is no such field.
    func celField(_ name: String) -> CELValue?
}

extension CELValue {
    /// What `type(x)` is called.
    var typeName: String {
        switch self {
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .list: "list"
        case .map: "map"
        case .timestamp: "google.protobuf.Timestamp"
        case .duration: "google.protobuf.Duration"
        case .cidr: "net.CIDR"
        case .type: "type"
        case .object(let object): object.celTypeName
        }
    }

    /// Whether a declared argument of this type takes the value, elements not looked at.
    func fits(_ type: CELType) -> Bool {
        switch (self, type) {
        case (_, .dyn), (_, .parameter), (.null, .null), (.bool, .bool), (.int, .int),
            (.uint, .uint), (.double, .double), (.string, .string), (.bytes, .bytes),
            (.list, .list), (.map, .map), (.timestamp, .timestamp), (.duration, .duration),
            (.cidr, .cidr), (.type, .type):
            true
        case (.object(let object), .object(let name)): object.celTypeName == name
        default: false
        }
    }

    /// The language's equality: numbers of different types by value, other types never equal.
    static func areEqual(_ left: CELValue, _ right: CELValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
        case (.bytes(let a), .bytes(let b)): a == b
        case (.timestamp(let a), .timestamp(let b)): a == b
        case (.duration(let a), .duration(let b)): a == b
        case (.cidr(let a), .cidr(let b)): a == b
        case (.type(let a), .type(let b)): a == b
        case (.list(let a), .list(let b)):
            a.count == b.count && zip(a, b).allSatisfy { areEqual($0, $1) }
        case (.map(let a), .map(let b)): a.equals(b)
        case (.object(let a), .object(let b)): areEqual(a, b)
        default: compareNumbers(left, right) == .some(.equal)
        }
    }

    private static func areEqual(_ left: any CELObject, _ right: any CELObject) -> Bool {
        left.celTypeName == right.celTypeName
            && left.celFieldNames.allSatisfy { name in
                guard let a = left.celField(name), let b = right.celField(name) else {
                    return false
                }
                return areEqual(a, b)
            }
    }

    /// How two values of an ordered type stand to each other.
    enum Order: Hashable, Sendable { case less, equal, greater, unordered }

    /// Nil when at least one is no number.
    static func compareNumbers(_ left: CELValue, _ right: CELValue) -> Order? {
        switch (left, right) {
        case (.int(let a), .int(let b)): order(a, b)
        case (.uint(let a), .uint(let b)): order(a, b)
        case (.double(let a), .double(let b)): order(a, b)
        case (.int(let a), .uint(let b)): a < 0 ? .less : order(UInt64(a), b)
        case (.uint(let a), .int(let b)): b < 0 ? .greater : order(a, UInt64(b))
        // As the published test data wants it: a whole number next to a double is a double.
        case (.int(let a), .double(let b)): order(Double(a), b)
        case (.uint(let a), .double(let b)): order(Double(a), b)
        case (.double(let a), .int(let b)): order(a, Double(b))
        case (.double(let a), .uint(let b)): order(a, Double(b))
        default: nil
        }
    }

    static func order<Value: Comparable>(_ left: Value, _ right: Value) -> Order {
        if left < right { return .less }
        if left > right { return .greater }
        return left == right ? .equal : .unordered
    }
}
