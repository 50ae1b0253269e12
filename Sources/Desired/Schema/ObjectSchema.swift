import Model

/// The keys of one object: the table from which it is decoded and its JSON Schema is written.
struct ObjectSchema<Target>: Sendable {
    /// One key.
    struct Field: Sendable {
        let property: Shape.Property
        let read: @Sendable (YAMLTree.Node, inout DocumentReader, inout Target) -> Void

        /// A key that may be left out.
        init<Value>(
            _ key: String,
            _ summary: String,
            _ value: ValueSchema<Value>,
            isRequired: Bool = false,
            assign: @escaping @Sendable (inout Target, Value) -> Void
        ) {
            property = Shape.Property(
                key: key,
                summary: summary,
                shape: value.shape,
                isRequired: isRequired
            )
            read = { node, reader, target in
                if let value = value.read(node, &reader) { assign(&target, value) }
            }
        }

        /// A key of another object's table, read into this one.
        init(
            property: Shape.Property,
            read: @escaping @Sendable (YAMLTree.Node, inout DocumentReader, inout Target) -> Void
        ) {
            self.property = property
            self.read = read
        }

        /// A key that must be there.
        static func required<Value>(
            _ key: String,
            _ summary: String,
            _ value: ValueSchema<Value>,
            assign: @escaping @Sendable (inout Target, Value) -> Void
        ) -> Field {
            Field(key, summary, value, isRequired: true, assign: assign)
        }
    }

    let fields: [Field]
    /// Keys that a later version will know.
    let announced: [String]
    /// Numbers of fields by the length of their key, which tells most of them apart.
    private let byLength: [[Int]]

    init(_ fields: [Field], announced: [String] = []) {
        self.fields = fields
        self.announced = announced
        let longest = fields.map(\.property.key.utf8.count).max() ?? 0
        var byLength = Array(repeating: [Int](), count: longest + 1)
        for (number, field) in fields.enumerated() {
            byLength[field.property.key.utf8.count].append(number)
        }
        self.byLength = byLength
    }

    var shape: Shape { .object(fields.map(\.property)) }

    /// Reads every entry of a mapping into `target`; reports unknown and missing keys.
    func read(_ node: YAMLTree.Node, _ reader: inout DocumentReader, into target: inout Target) {
        var seen: Set<Int> = []
        let needsSeen = fields.contains { $0.property.isRequired }
        let isMapping = reader.entries(of: node, expected: "a mapping") { key, value, reader in
            guard let number = field(for: key, in: reader.tree) else {
                reportUnknown(key, &reader)
                return
            }
            if needsSeen { seen.insert(number) }
            fields[number].read(value, &reader, &target)
        }
        guard isMapping, needsSeen else { return }
        for (number, field) in fields.enumerated()
        where field.property.isRequired && !seen.contains(number) {
            reader.report("\(field.property.key) is missing", at: node)
        }
    }

    /// The object as a value of another object's key.
    func value(_ make: @escaping @Sendable () -> Target) -> ValueSchema<Target> {
        ValueSchema(shape) { node, reader in
            guard reader.tree.kind(node) == .mapping else {
                reader.reject(node, expected: "a mapping")
                return nil
            }
            var target = make()
            read(node, &reader, into: &target)
            return target
        }
    }

    private func field(for key: YAMLTree.Node, in tree: YAMLTree) -> Int? {
        let length = tree.range(key).count
        guard length < byLength.count else { return nil }
        return byLength[length].first { tree.equals(key, fields[$0].property.key) }
    }

    private func reportUnknown(_ key: YAMLTree.Node, _ reader: inout DocumentReader) {
        let text = reader.tree.string(key)
        guard !announced.contains(text) else {
            reader.report("\(text) is not supported by this version", at: key)
            return
        }
        // Keys that are not scalars and merge keys are reported by the tree builder.
        guard reader.tree.kind(key) == .plain || reader.tree.kind(key) == .quoted, text != "<<"
        else { return }
        let hint = reader.hint(for: text, among: fields.map(\.property.key))
        reader.report("unknown key \(VisibleText.quoted(text))\(hint)", at: key)
    }
}
