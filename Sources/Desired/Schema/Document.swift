import Model

/// What every document begins with.
struct DocumentHead: Hashable, Sendable {
    /// `metadata.name`.
    var name = ""
    var labels: [String: String] = [:]
    var annotations: [String: String] = [:]
    /// Where `metadata.name` stands.
    var origin: Origin

    static let schema = ObjectSchema<DocumentHead>([
        .required("name", "The document's name.", ValueSchema<Located<String>>.located(.word)) {
            $0.name = $1.value
            $0.origin = $1.origin
        },
        ObjectSchema.Field("labels", "What selectors match.", .texts()) { $0.labels = $1 },
        ObjectSchema.Field("annotations", "Notes for people, such as a description.", .texts()) {
            $0.annotations = $1
        },
    ])
}

/// One document, decoded but not yet resolved against the others.
enum Document: Sendable {
    case fleet(FleetDocument)
    case backend(BackendDocument)
    case template(TemplateDocument)
    case route(RouteDocument)
    case map(MapDocument)
    case acl(AclDocument)
    case frontend(FrontendDocument)
    case limits(LimitsDocument)
    case certificate(CertificateDocument)
    case issuer(IssuerDocument)
    case policy(PolicyDocument)

    /// The kinds that this version knows, in the order of the documentation.
    static let kinds: [Kind] = [
        Kind("Fleet", "Proxies that boot alike and are kept alike.", FleetDocument.schema),
        Kind("Backend", "A backend's servers.", BackendDocument.schema),
        Kind("ServerTemplate", "Server attributes that backends share.", TemplateDocument.schema),
        Kind("Route", "Hosts that go to a backend.", RouteDocument.schema),
        Kind("Map", "The entries of a map.", MapDocument.schema),
        Kind("Acl", "The patterns of an ACL file.", AclDocument.schema),
        Kind(
            "Certificate",
            "A certificate and the lists that name it.",
            CertificateDocument.schema
        ),
        Kind("Issuer", "An authority that issues certificates.", IssuerDocument.schema),
        Kind("Frontend", "A frontend created at runtime (apus-proxy).", FrontendDocument.schema),
        Kind("Limits", "Connections at once and events a second.", LimitsDocument.schema),
        Kind("Policy", "What every change must keep.", PolicySchema.document),
    ]

    /// One kind as the JSON Schema shows it.
    struct Kind: Sendable {
        let name: String
        let summary: String
        let spec: Shape

        init<Target>(_ name: String, _ summary: String, _ schema: ObjectSchema<Target>) {
            self.name = name
            self.summary = summary
            spec = schema.shape
        }
    }

    /// The top level of every document.
    private struct Envelope: Sendable {
        var version: String?
        var kind: String?
        var head: DocumentHead
        var spec: YAMLTree.Node?

        static let schema = ObjectSchema<Envelope>([
            .required("apiVersion", "Always apus/v1.", version) { $0.version = $1 },
            .required("kind", "What the document describes.", kind) { $0.kind = $1 },
            .required("metadata", "The document's name and labels.", metadata) { $0.head = $1 },
            .required("spec", "What is wanted.", node) { $0.spec = $1 },
        ])

        private static let version = ValueSchema<String>(.constant("apus/v1")) { node, reader in
            guard let text = reader.text(node), text == "apus/v1" else {
                reader.reject(node, expected: "apus/v1")
                return nil
            }
            return text
        }

        private static let kind = ValueSchema<String>(.choice(kinds.map(\.name))) { node, reader in
            let known = kinds.map(\.name)
            guard let text = reader.text(node) else {
                reader.rejectChoice(node, among: known)
                return nil
            }
            guard known.contains(text) else {
                reader.rejectChoice(node, among: known)
                return nil
            }
            return text
        }

        private static let metadata = ValueSchema<DocumentHead>(DocumentHead.schema.shape) {
            node,
            reader in
            let start = DocumentHead(origin: reader.origin(node))
            return DocumentHead.schema.value { start }.read(node, &reader)
        }

        private static let node = ValueSchema<YAMLTree.Node>(.object([])) { node, _ in node }
    }

    /// Decodes the document at `root`; nil when its kind or its name cannot be told.
    static func read(_ root: YAMLTree.Node, _ reader: inout DocumentReader) -> Document? {
        reader.key = "a document"
        reader.document = title(of: root, in: reader.tree)
        defer { reader.document = "" }
        var envelope = Envelope(head: DocumentHead(origin: reader.origin(root)))
        Envelope.schema.read(root, &reader, into: &envelope)
        guard let kind = envelope.kind, let spec = envelope.spec else { return nil }
        reader.key = "spec"
        return switch kind {
        case "Fleet": FleetDocument.read(spec, envelope.head, &reader).map(Document.fleet)
        case "Backend": BackendDocument.read(spec, envelope.head, &reader).map(Document.backend)
        case "ServerTemplate":
            TemplateDocument.read(spec, envelope.head, &reader).map(Document.template)
        case "Route": RouteDocument.read(spec, envelope.head, &reader).map(Document.route)
        case "Map": MapDocument.read(spec, envelope.head, &reader).map(Document.map)
        case "Acl": AclDocument.read(spec, envelope.head, &reader).map(Document.acl)
        case "Frontend": FrontendDocument.read(spec, envelope.head, &reader).map(Document.frontend)
        case "Certificate":
            CertificateDocument.read(spec, envelope.head, &reader).map(Document.certificate)
        case "Issuer": IssuerDocument.read(spec, envelope.head, &reader).map(Document.issuer)
        case "Limits": LimitsDocument.read(spec, envelope.head, &reader).map(Document.limits)
        case "Policy": PolicyDocument.read(spec, envelope.head, &reader).map(Document.policy)
        default: nil
        }
    }

    /// The whole document of one kind.
    static func topLevel(of kind: Kind) -> Shape {
        .object(
            Envelope.schema.fields.map(\.property).map { property in
                let shape: Shape =
                    switch property.key {
                    case "kind": .constant(kind.name)
                    case "spec": kind.spec
                    default: property.shape
                    }
                return Shape.Property(
                    key: property.key,
                    summary: property.summary,
                    shape: shape,
                    isRequired: property.isRequired
                )
            }
        )
    }

    /// `backend shop`, as far as the document tells.
    private static func title(of root: YAMLTree.Node, in tree: YAMLTree) -> String {
        guard let kind = tree.value(of: "kind", in: root).map(tree.string), !kind.isEmpty else {
            return ""
        }
        let name = tree.value(of: "metadata", in: root)
            .flatMap { tree.value(of: "name", in: $0) }.map(tree.string)
        let title = kind.lowercased() + (name.map { " " + $0 } ?? "")
        return VisibleText.escape(title.unicodeScalars.prefix(80))
    }
}
