import Model

/// A Route document: becomes entries of its fleets' host maps.
struct RouteDocument: Sendable {
    let head: DocumentHead
    var fleets: Located<FleetSelector>?
    /// In lower case, as the boot file looks them up.
    var hosts: [Located<String>] = []
    var backend: Located<BackendName>?

    static let schema = ObjectSchema<RouteDocument>([
        .required("fleets", "The fleets that route so.", FleetSelector.value) { $0.fleets = $1 },
        .required("hosts", "Host names, without port.", .list(of: host)) { $0.hosts = $1 },
        .required("backend", "The backend's name in the proxy.", .located(.name())) {
            $0.backend = $1
        },
    ])

    private static let host = ValueSchema<Located<String>>(.text(pattern: "^[A-Za-z0-9_.-]+$")) {
        node,
        reader in
        let isHost = { (byte: UInt8) -> Bool in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard let text = reader.text(node), (1...253).contains(text.utf8.count),
            text.utf8.allSatisfy(isHost)
        else {
            reader.reject(node, expected: "host names without port or wildcard")
            return nil
        }
        return Located(value: text.lowercased(), origin: reader.origin(node))
    }

    static func read(
        _ spec: YAMLTree.Node,
        _ head: DocumentHead,
        _ reader: inout DocumentReader
    ) -> RouteDocument? {
        var route = RouteDocument(head: head)
        schema.read(spec, &reader, into: &route)
        return head.name.isEmpty ? nil : route
    }
}
