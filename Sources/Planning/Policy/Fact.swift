package import Model

/// Something that policies can see: has a type for the checker and a value for the evaluation.
package protocol FactValue: Sendable {
    /// What the checker knows of it.
    static var celType: CELType { get }
    /// What an expression gets.
    var celValue: CELValue { get }
    /// The value that a test's fixture describes; nil after reporting why it cannot be read.
    static func read(_ node: PlacedNode, _ reader: inout FixtureReader) -> Self?
}

/// A structure that policies can see; its fields are one table.
package protocol Fact: FactValue, CELObject {
    /// The fields: types for the checker, values, documentation and how fixtures are read.
    static var table: FactTable<Self> { get }
    /// What a fixture that says nothing describes.
    init()
}

/// The fields of a structure, in the order of the documentation.
package struct FactTable<Subject: Sendable>: Sendable {
    /// One field.
    package struct Field: Sendable {
        let name: String
        let summary: String
        let type: CELType
        let value: @Sendable (Subject) -> CELValue
        /// Nil for what is worked out from other fields.
        let read: (@Sendable (PlacedNode, inout FixtureReader, inout Subject) -> Void)?
    }

    package let name: String
    package let summary: String
    let fields: [Field]
    private let places: [String: Int]

    init(_ name: String, _ summary: String, _ fields: [Field]) {
        self.name = name
        self.summary = summary
        self.fields = fields
        places = Dictionary(uniqueKeysWithValues: fields.enumerated().map { ($1.name, $0) })
    }

    func field(_ name: String) -> Field? { places[name].map { fields[$0] } }
}

extension FactTable.Field {
    /// A field that a fixture may say.
    static func stored<Value: FactValue>(
        _ name: String,
        _ summary: String,
        _ path: any (WritableKeyPath<Subject, Value> & Sendable)
    ) -> Self {
        Self(
            name: name,
            summary: summary,
            type: Value.celType,
            value: { $0[keyPath: path].celValue },
            read: { node, reader, subject in
                if let value = Value.read(node, &reader) { subject[keyPath: path] = value }
            }
        )
    }

    /// A field that is worked out.
    static func derived<Value: FactValue>(
        _ name: String,
        _ summary: String,
        _ value: @escaping @Sendable (Subject) -> Value
    ) -> Self {
        Self(
            name: name,
            summary: summary,
            type: Value.celType,
            value: { value($0).celValue },
            read: nil
        )
    }
}

extension Fact {
    package static var celType: CELType { .object(table.name) }
    package var celValue: CELValue { .object(self) }
    package var celTypeName: String { Self.table.name }
    package var celFieldNames: [String] { Self.table.fields.map(\.name) }

    package func celField(_ name: String) -> CELValue? { Self.table.field(name)?.value(self) }

    /// Reads what a fixture says.
    package static func read(_ node: PlacedNode, _ reader: inout FixtureReader) -> Self? {
        var fact = Self()
        reader.read(node, into: &fact)
        return fact
    }
}

extension String: FactValue {
    package static var celType: CELType { .string }
    package var celValue: CELValue { .string(self) }

    /// Reads what a fixture says.
    package static func read(_ node: PlacedNode, _ reader: inout FixtureReader) -> String? {
        reader.text(node)
    }
}

extension Int: FactValue {
    package static var celType: CELType { .int }
    package var celValue: CELValue { .int(Int64(self)) }

    /// Reads what a fixture says.
    package static func read(_ node: PlacedNode, _ reader: inout FixtureReader) -> Int? {
        reader.parsed(node, "a whole number") { Int($0) }
    }
}

extension Double: FactValue {
    package static var celType: CELType { .double }
    package var celValue: CELValue { .double(self) }

    /// Reads what a fixture says.
    package static func read(_ node: PlacedNode, _ reader: inout FixtureReader) -> Double? {
        reader.parsed(node, "a number") { Double($0) }
    }
}

extension Bool: FactValue {
    package static var celType: CELType { .bool }
    package var celValue: CELValue { .bool(self) }

    /// Reads what a fixture says.
    package static func read(_ node: PlacedNode, _ reader: inout FixtureReader) -> Bool? {
        reader.parsed(node, "true or false") { $0 == "true" ? true : $0 == "false" ? false : nil }
    }
}

extension Array: FactValue where Element: FactValue {
    package static var celType: CELType { .list(Element.celType) }
    package var celValue: CELValue { .list(map(\.celValue)) }

    /// Reads what a fixture says.
    package static func read(_ node: PlacedNode, _ reader: inout FixtureReader) -> [Element]? {
        switch node.content {
        case .list(let nodes): nodes.compactMap { Element.read($0, &reader) }
        // A mapping from names to the rest, as servers are written in a Backend.
        case .mapping(let entries): entries.compactMap { reader.named($0) }
        case .text:
            {
                reader.reject(node, expected: "a list, or a mapping from names")
                return nil
            }()
        }
    }
}

extension Dictionary: FactValue where Key == String, Value == String {
    package static var celType: CELType { .map(.string, .string) }
    package var celValue: CELValue { .map(CELMap(mapValues(CELValue.string))) }

    /// Reads what a fixture says.
    package static func read(_ node: PlacedNode, _ reader: inout FixtureReader) -> [String: String]?
    {
        guard case .mapping(let entries) = node.content else {
            reader.reject(node, expected: "a mapping from text to text")
            return nil
        }
        var texts: [String: String] = [:]
        for entry in entries { texts[entry.key] = reader.text(entry.value) }
        return texts
    }
}

/// A point in time that policies can see.
package struct FactInstant: FactValue, Hashable {
    package let time: CELTime

    package init(_ time: CELTime) { self.time = time }

    package static var celType: CELType { .timestamp }
    package var celValue: CELValue { .timestamp(time) }

    /// Reads what a fixture says.
    package static func read(_ node: PlacedNode, _ reader: inout FixtureReader) -> FactInstant? {
        reader.parsed(node, "a time such as 2026-01-31T12:00:00Z") {
            CELTime(timestamp: $0).map(FactInstant.init)
        }
    }
}

/// A length of time that policies can see.
package struct FactSpan: FactValue, Hashable {
    package let span: CELTime

    package init(_ span: CELTime) { self.span = span }

    package static var celType: CELType { .duration }
    package var celValue: CELValue { .duration(span) }

    /// Reads what a fixture says.
    package static func read(_ node: PlacedNode, _ reader: inout FixtureReader) -> FactSpan? {
        reader.parsed(node, "a duration such as 90s") { CELTime(duration: $0).map(FactSpan.init) }
    }
}
