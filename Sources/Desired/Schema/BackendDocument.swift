import Model

/// A Backend document; a class, so that what is derived from it can be kept by its identity.
final class BackendDocument: Sendable {
    let head: DocumentHead
    let spec: Spec

    private init(head: DocumentHead, spec: Spec) {
        self.head = head
        self.spec = spec
    }

    /// The keys under `spec`.
    struct Spec: Sendable {
        /// The proxy's name for it.
        var name: BackendName
        var fleets: Located<FleetSelector>?
        /// `dynamic: true`, with its place.
        var dynamic: Origin?
        var defaults: Located<DefaultsName>?
        var template: Located<String>?
        var shared = AttributeLayer()
        /// Sorted by name.
        var servers: [ServerEntry] = []
        var unmanaged: UnmanagedPolicy = .keep
        /// Where `unmanaged: remove` stands.
        var removesUnmanaged: Origin?
        var manages = Set(DesiredBackend.Aspect.allCases)
        var maxUnavailable: Quota = .count(1)
        var minCapacity = 0
        var replacement: DesiredBackend.Replacement = .inPlaceName
    }

    static let schema = ObjectSchema<Spec>(
        [
            ObjectSchema.Field("name", "The proxy's name for it; default metadata.name.", .name()) {
                $0.name = $1
            },
            .required("fleets", "The fleets that have it.", FleetSelector.value) { $0.fleets = $1 },
            ObjectSchema.Field(
                "dynamic",
                "Created and deleted at runtime (HAProxy 3.4+, apus-proxy); default false.",
                ValueSchema<Located<Bool>>.located(.boolean)
            ) {
                $0.dynamic = $1.value ? $1.origin : nil
            },
            ObjectSchema.Field(
                "from",
                "The named defaults section that a dynamic backend is made from.",
                .located(.name())
            ) {
                $0.defaults = $1
            },
            ObjectSchema.Field("inherit", "A ServerTemplate.", .located(.word)) {
                $0.template = $1
            },
            ObjectSchema.Field("server", "Attributes of all servers below.", AttributeLayer.value) {
                $0.shared = $1
            },
            .required("servers", "Servers by name.", ServerEntry.mapping) { $0.servers = $1 },
            ObjectSchema.Field(
                "unmanaged",
                "What becomes of servers nobody declared; default keep.",
                ValueSchema<Located<UnmanagedPolicy>>.located(.choice())
            ) {
                $0.unmanaged = $1.value
                $0.removesUnmanaged = $1.value == .remove ? $1.origin : nil
            },
            ObjectSchema.Field("manage", "What Apus corrects; default all.", .list(of: .choice())) {
                $0.manages = Set($1)
            },
            ObjectSchema.Field("maxUnavailable", "Servers out at once for a replacement.", .quota) {
                $0.maxUnavailable = $1
            },
            ObjectSchema.Field("minCapacity", "Share of the weight now up that stays up.", .percent)
            {
                $0.minCapacity = $1
            },
            ObjectSchema.Field("replace", "How a server is replaced.", .choice()) {
                $0.replacement = $1
            },
        ],
        announced: ["discovery"]
    )

    static func read(
        _ spec: YAMLTree.Node,
        _ head: DocumentHead,
        _ reader: inout DocumentReader
    ) -> BackendDocument? {
        let isNamed = reader.tree.value(of: "name", in: spec) != nil
        let fallback: BackendName? = isNamed ? nil : reader.documentName(head)
        // A stand-in, so that the other mistakes are found; a document without a name is never used.
        guard let standIn = fallback ?? (try? BackendName("unnamed")) else { return nil }
        var draft = Spec(name: standIn)
        let before = reader.errorCount
        schema.read(spec, &reader, into: &draft)
        checkCombinations(draft, &reader)
        let hasName =
            fallback != nil || isNamed && (reader.errorCount == before || draft.name != standIn)
        return hasName ? BackendDocument(head: head, spec: draft) : nil
    }

    /// Keys that only make sense together.
    private static func checkCombinations(_ spec: Spec, _ reader: inout DocumentReader) {
        if let place = spec.dynamic, spec.defaults == nil {
            reader.report(
                "a dynamic backend needs from: the name of a defaults section of the boot file",
                at: place
            )
        }
        if spec.dynamic == nil, let defaults = spec.defaults {
            reader.report("from is for backends with dynamic: true", at: defaults.origin)
        }
        if let place = spec.removesUnmanaged, !spec.manages.contains(.membership) {
            reader.report(
                "unmanaged: remove needs membership among what manage lists",
                at: place
            )
        }
    }
}

/// One entry of `servers`.
struct ServerEntry: Hashable, Sendable {
    let name: ServerName
    let endpoint: Endpoint
    let state: AdminState
    /// The server's own attributes; nil when it has none.
    let attributes: AttributeLayer?
    let mark: YAMLTree.Mark

    /// The long form, before it is known to be complete.
    struct Draft {
        var endpoint: Endpoint?
        var state: AdminState = .ready
        var layer = AttributeLayer()
    }

    /// `address`, `state`, `id` and every shared attribute.
    static let schema = ObjectSchema<Draft>(
        [
            .required("address", "IP address and port, unix@path or abns@name.", .endpoint) {
                $0.endpoint = $1
            },
            ObjectSchema.Field("state", "ready (default), drain or maint.", .choice()) {
                $0.state = $1
            },
            ObjectSchema.Field(
                "id",
                "The numeric id, instead of the one derived from the name.",
                id
            ) {
                $0.layer.values[.id] = .integer($1)
            },
        ]
            + AttributeLayer.schema.fields.map { field in
                ObjectSchema<Draft>.Field(property: field.property) { node, reader, draft in
                    field.read(node, &reader, &draft.layer)
                }
            }
    )

    private static let id = ValueSchema<Int>.integer(1...ServerIdentity.idLimit)

    /// The mapping under `servers`, sorted by name.
    static let mapping = ValueSchema<[ServerEntry]>(
        .dictionary(of: .anyOf([ValueSchema<Endpoint>.endpoint.shape, schema.shape]))
    ) { node, reader in
        var servers: [ServerEntry] = []
        if reader.tree.kind(node) == .mapping { servers.reserveCapacity(reader.tree.count(node)) }
        let isMapping = reader.entries(of: node, expected: "a mapping from names to addresses") {
            key,
            value,
            reader in
            reader.server = key
            if let server = read(key, value, &reader) { servers.append(server) }
        }
        reader.server = nil
        guard isMapping else { return nil }
        checkIDs(of: servers, &reader)
        return servers.sorted { $0.name < $1.name }
    }

    private static func checkIDs(of servers: [ServerEntry], _ reader: inout DocumentReader) {
        var places: [Int: Origin] = [:]
        for server in servers {
            guard let id = server.attributes?.values.integer(.id) else { continue }
            let origin = Origin(
                file: reader.path,
                line: Int(server.mark.line),
                column: Int(server.mark.column)
            )
            if let first = places[id] {
                reader.report(
                    "server \(server.name) has the id \(id) of another",
                    at: origin,
                    related: first
                )
            }
            places[id] = origin
        }
    }

    private static func read(
        _ key: YAMLTree.Node,
        _ value: YAMLTree.Node,
        _ reader: inout DocumentReader
    ) -> ServerEntry? {
        let text = reader.tree.string(key)
        reader.key = "server"
        let name: ServerName? = reader.name(text, at: key)
        var draft = Draft()
        switch reader.tree.kind(value) {
        case .plain, .quoted:
            reader.key = "address"
            draft.endpoint = ValueSchema<Endpoint>.endpoint.read(value, &reader)
        case .mapping:
            schema.read(value, &reader, into: &draft)
        case .sequence:
            reader.reject(value, expected: "an address or a mapping")
        }
        guard let name, let endpoint = draft.endpoint else { return nil }
        return ServerEntry(
            name: name,
            endpoint: endpoint,
            state: draft.state,
            attributes: draft.layer.isEmpty ? nil : draft.layer,
            mark: reader.tree.mark(key)
        )
    }
}
