import Model

/// A ServerTemplate document: attributes written once.
struct TemplateDocument: Sendable {
    let head: DocumentHead
    var server = AttributeLayer()

    static let schema = ObjectSchema<TemplateDocument>([
        .required("server", "Attributes of every server that inherits them.", AttributeLayer.value)
        {
            $0.server = $1
        }
    ])

    static func read(
        _ spec: YAMLTree.Node,
        _ head: DocumentHead,
        _ reader: inout DocumentReader
    ) -> TemplateDocument? {
        var template = TemplateDocument(head: head)
        schema.read(spec, &reader, into: &template)
        return head.name.isEmpty ? nil : template
    }
}
