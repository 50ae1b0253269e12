import Model

/// The values that a policy brings itself, with the types that YAML gives them.
struct PolicyParameters: CELObject {
    static let typeName = "Params"

    private(set) var celFieldNames: [String] = []
    private(set) var types: [String: CELType] = [:]
    private var values: [String: CELValue] = [:]

    var celTypeName: String { Self.typeName }

    init(_ node: PlacedNode?) {
        for entry in node?.entries ?? [] {
            let (value, type) = Self.read(entry.value)
            celFieldNames.append(entry.key)
            types[entry.key] = type
            values[entry.key] = value
        }
    }

    func celField(_ name: String) -> CELValue? { values[name] }

    /// Numbers and truth values are such unless they are quoted (YAML 1.2 core schema).
    private static func read(_ node: PlacedNode) -> (CELValue, CELType) {
        switch node.content {
        case .text(let text, let isQuoted): return scalar(text, isQuoted)
        case .list(let nodes):
            let elements = nodes.map(read)
            return (.list(elements.map(\.0)), .list(common(elements.map(\.1))))
        case .mapping(let entries):
            var map = CELMap()
            var types: [CELType] = []
            for entry in entries {
                let (value, type) = read(entry.value)
                map.insert(.string(entry.key), value)
                types.append(type)
            }
            return (.map(map), .map(.string, common(types)))
        }
    }

    private static func scalar(_ text: String, _ isQuoted: Bool) -> (CELValue, CELType) {
        if !isQuoted {
            if let number = Int64(text) { return (.int(number), .int) }
            if text == "true" || text == "false" { return (.bool(text == "true"), .bool) }
            let isNumber = text.utf8.first.map { (45...57).contains($0) } ?? false
            if isNumber, let number = Double(text) { return (.double(number), .double) }
            if text.isEmpty || text == "null" || text == "~" { return (.null, .null) }
        }
        return (.string(text), .string)
    }

    private static func common(_ types: [CELType]) -> CELType {
        guard let first = types.first, types.allSatisfy({ $0 == first }) else { return .dyn }
        return first
    }
}
