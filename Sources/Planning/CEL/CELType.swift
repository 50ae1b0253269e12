/// A type of the language, as the checker knows it.
package indirect enum CELType: Hashable, Sendable {
    /// Anything: checked only when it is evaluated.
    case dyn
    case null, bool, int, uint, double, string, bytes
    case timestamp, duration
    /// A range of addresses (the language's network extension).
    case cidr
    case list(CELType)
    case map(CELType, CELType)
    /// A declared structure by its name.
    case object(String)
    /// What `type(x)` gives.
    case type
    /// A type still to be found out, e.g. the element of an empty list.
    case parameter(Int)
    /// Something that was already reported; fits everywhere.
    case error

    /// Types that a name in an expression denotes (`type(x) == int`).
    static let denoted: [String: CELType] = [
        "bool": .bool, "int": .int, "uint": .uint, "double": .double, "string": .string,
        "bytes": .bytes, "list": .list(.dyn), "map": .map(.dyn, .dyn), "null_type": .null,
        "type": .type, "google.protobuf.Timestamp": .timestamp,
        "google.protobuf.Duration": .duration, "net.CIDR": .cidr,
    ]

    /// What `string(type(x))` would say without its parameters.
    var name: String {
        switch self {
        case .dyn, .parameter: "dyn"
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: "google.protobuf.Timestamp"
        case .duration: "google.protobuf.Duration"
        case .cidr: "net.CIDR"
        case .list: "list"
        case .map: "map"
        case .object(let name): name
        case .type: "type"
        case .error: "error"
        }
    }
}

extension CELType: CustomStringConvertible {
    /// As messages and the documentation write it: `list(string)`.
    package var description: String {
        switch self {
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .cidr: "cidr"
        case .list(let element): "list(\(element))"
        case .map(let key, let value): "map(\(key), \(value))"
        default: name
        }
    }
}
