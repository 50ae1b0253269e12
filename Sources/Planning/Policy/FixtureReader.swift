package import Model

/// Reads the change that a policy's test describes, by the tables of what policies see.
package struct FixtureReader {
    package private(set) var diagnostics: [Diagnostic] = []
    private let context: String

    package init(context: String) { self.context = context }

    mutating func report(_ message: String, at origin: Origin) {
        diagnostics.append(Diagnostic(at: origin, message, context: context))
    }

    mutating func reject(_ node: PlacedNode, expected: String) {
        report("expected \(expected)", at: node.origin)
    }

    /// The text of a scalar; nil after reporting that it is none.
    mutating func text(_ node: PlacedNode) -> String? {
        guard case .text(let text, _) = node.content else {
            reject(node, expected: "text")
            return nil
        }
        return text
    }

    /// A scalar read by `parse`; nil after reporting that it cannot be.
    mutating func parsed<Value>(_ node: PlacedNode, _ expected: String, _ parse: (String) -> Value?)
        -> Value?
    {
        guard case .text(let text, _) = node.content, let value = parse(text) else {
            reject(node, expected: expected)
            return nil
        }
        return value
    }

    /// Reads the entries of a mapping into the fields of the table.
    mutating func read<Subject: Fact>(_ node: PlacedNode, into subject: inout Subject) {
        switch node.content {
        case .mapping(let entries): for entry in entries { read(entry, into: &subject) }
        // One word alone is the name; nothing at all leaves everything as it is.
        case .text(let text, _) where Subject.table.field("name") != nil:
            guard !text.isEmpty else { return }
            let key = PlacedNode.Entry(key: "name", origin: node.origin, value: node)
            read(key, into: &subject)
        case .text, .list: reject(node, expected: "a mapping of \(Subject.table.name)")
        }
    }

    private mutating func read<Subject: Fact>(
        _ entry: PlacedNode.Entry,
        into subject: inout Subject
    ) {
        guard let field = Subject.table.field(entry.key) else {
            let known = Subject.table.fields.filter { $0.read != nil }.map(\.name)
            let name = VisibleText.quoted(entry.key)
            report(
                "\(Subject.table.name) has no field \(name); it has \(known.joined(separator: ", "))",
                at: entry.origin
            )
            return
        }
        guard let read = field.read else {
            report("\(entry.key) is worked out from the other fields", at: entry.origin)
            return
        }
        read(entry.value, &self, &subject)
    }

    /// One entry of a mapping from names: the key is the name, the value the rest.
    mutating func named<Element: FactValue>(_ entry: PlacedNode.Entry) -> Element? {
        let name = PlacedNode(.text(entry.key, isQuoted: true), at: entry.origin)
        let nameEntry = PlacedNode.Entry(key: "name", origin: entry.origin, value: name)
        var entries = [nameEntry]
        switch entry.value.content {
        case .mapping(let rest): entries += rest
        // A server's short form is its address.
        case .text(let text, _) where !text.isEmpty:
            entries.append(
                PlacedNode.Entry(key: "address", origin: entry.value.origin, value: entry.value)
            )
        case .text: break
        case .list: reject(entry.value, expected: "a mapping")
        }
        return Element.read(PlacedNode(.mapping(entries), at: entry.origin), &self)
    }
}
