import Model

/// What one place in a document says of server attributes: values, and inherited flags it takes away.
struct AttributeLayer: Hashable, Sendable {
    var values = ServerAttributes()
    /// Flags given as `false`.
    var removed: [ServerAttribute] = []

    var isEmpty: Bool { values.isEmpty && removed.isEmpty }

    /// This layer over what it inherits.
    func over(_ base: ServerAttributes) -> ServerAttributes {
        var merged = values.merged(over: base)
        for attribute in removed { merged[attribute] = nil }
        return merged
    }

    private mutating func set(_ attribute: ServerAttribute, _ value: AttributeValue?) {
        values[attribute] = value
        removed.removeAll { $0 == attribute }
        if value == nil { removed.append(attribute) }
    }

    /// Attributes that several servers can share: all but those that say who a server is.
    static let schema = ObjectSchema<AttributeLayer>(
        ServerAttribute.allCases.filter { $0.mutability != .identity }.map { attribute in
            ObjectSchema.Field(attribute.keyword, summary(of: attribute), form(of: attribute)) {
                $0.set(attribute, $1)
            }
        }
    )

    static let value = ValueSchema<AttributeLayer>(.named("ServerAttributes")) { node, reader in
        schema.value(AttributeLayer.init).read(node, &reader)
    }

    /// A keyword's value by its form; nil inside stands for a flag that is false.
    static func form(of attribute: ServerAttribute) -> ValueSchema<AttributeValue?> {
        switch attribute.form {
        case .flag:
            ValueSchema(.boolean) { node, reader in
                ValueSchema<Bool>.boolean.read(node, &reader).map { $0 ? .flag : nil }
            }
        case .integer(let range):
            ValueSchema(.integer(range)) { node, reader in
                ValueSchema<Int>.integer(range).read(node, &reader).map { .integer($0) }
            }
        case .duration:
            ValueSchema(ValueSchema<Milliseconds>.duration.shape) { node, reader in
                ValueSchema<Milliseconds>.duration.read(node, &reader).map { .duration($0) }
            }
        case .choice(let words):
            ValueSchema(.choice(words)) { node, reader in
                guard let text = reader.text(node), words.contains(text) else {
                    reader.rejectChoice(node, among: words)
                    return nil
                }
                return .word(text)
            }
        case .word:
            ValueSchema(ValueSchema<String>.word.shape) { node, reader in
                ValueSchema<String>.word.read(node, &reader).map { .word($0) }
            }
        }
    }

    private static func summary(of attribute: ServerAttribute) -> String {
        "\(attribute.summary) HAProxy \(attribute.since.major).\(attribute.since.minor)."
    }
}
