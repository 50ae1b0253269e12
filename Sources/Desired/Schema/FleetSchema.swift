/// The kinds of document that a desired-state repository holds.
package enum FleetSchema {
    /// The JSON Schema (draft 2020-12) of every kind, from the tables that the decoder uses.
    package static func jsonSchema() -> String {
        let definitions: [(String, JSONText)] =
            Document.kinds.map { ($0.name, schema(of: $0)) }
            + [("ServerAttributes", schema(of: AttributeLayer.schema.shape))]
        let whole = JSONText.object([
            ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
            ("title", .string("A document of an Apus desired-state repository")),
            ("type", .string("object")),
            ("required", .list([.string("kind")])),
            (
                "properties",
                .object([
                    ("kind", .object([("enum", .list(Document.kinds.map { .string($0.name) }))]))
                ])
            ),
            ("allOf", .list(Document.kinds.map(condition))),
            ("$defs", .object(definitions)),
        ])
        return whole.text() + "\n"
    }

    /// `if` the kind is this one, `then` its definition holds: editors then complain about one kind only.
    private static func condition(_ kind: Document.Kind) -> JSONText {
        .object([
            (
                "if",
                .object([
                    ("properties", .object([("kind", .object([("const", .string(kind.name))]))]))
                ])
            ),
            ("then", .object([("$ref", .string("#/$defs/\(kind.name)"))])),
        ])
    }

    private static func schema(of kind: Document.Kind) -> JSONText {
        let top = Document.topLevel(of: kind)
        guard case .object(let members) = schema(of: top) else { return schema(of: top) }
        return .object([("description", .string(kind.summary))] + members)
    }

    private static func schema(of shape: Shape) -> JSONText {
        switch shape {
        case .text(let pattern): text(pattern)
        case .boolean: .object([("type", .string("boolean"))])
        case .integer(let range):
            .object([
                ("type", .string("integer")), ("minimum", .number(range.lowerBound)),
                ("maximum", .number(range.upperBound)),
            ])
        case .choice(let words): .object([("enum", .list(words.map(JSONText.string)))])
        case .constant(let word): .object([("const", .string(word))])
        case .list(let element):
            .object([("type", .string("array")), ("items", schema(of: element))])
        case .dictionary(let value):
            .object([("type", .string("object")), ("additionalProperties", schema(of: value))])
        case .named(let name): .object([("$ref", .string("#/$defs/\(name)"))])
        case .object(let properties): object(properties)
        case .anyOf(let shapes): .object([("anyOf", .list(shapes.map(schema)))])
        }
    }

    /// Numbers and booleans without quotes are text too: the decoder reads them as they are written.
    private static func text(_ pattern: String) -> JSONText {
        let types = JSONText.list(["string", "number", "boolean"].map(JSONText.string))
        return .object([("type", types)] + (pattern.isEmpty ? [] : [("pattern", .string(pattern))]))
    }

    private static func object(_ properties: [Shape.Property]) -> JSONText {
        let required = properties.filter(\.isRequired).map { JSONText.string($0.key) }
        let members = properties.map { property -> (String, JSONText) in
            guard case .object(let members) = schema(of: property.shape) else {
                return (property.key, schema(of: property.shape))
            }
            return (property.key, .object([("description", .string(property.summary))] + members))
        }
        return .object(
            [("type", .string("object")), ("properties", .object(members))]
                + (required.isEmpty ? [] : [("required", .list(required))])
                + [("additionalProperties", .boolean(false))]
        )
    }
}
