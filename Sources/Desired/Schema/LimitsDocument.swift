import Model

/// A Limits document: connections at once and events a second, as `set maxconn` and `set rate-limit` change them.
struct LimitsDocument: Sendable {
    let head: DocumentHead
    var fleets: Located<FleetSelector>?
    var limits: [DesiredLimit] = []

    static let schema = ObjectSchema<LimitsDocument>([
        .required("fleets", "The fleets that have them.", FleetSelector.value) { $0.fleets = $1 },
        ObjectSchema.Field(
            "maxconn",
            "Connections of a proxy at once, at most the boot file's.",
            .located(.integer(1...Int(Int32.max)))
        ) {
            $0.limits.append(DesiredLimit(.globalMaxconn, $1.value, origin: $1.origin))
        },
        ObjectSchema.Field("frontends", "Limits of frontends by name.", frontends) {
            $0.limits += $1
        },
        ObjectSchema.Field(
            "rateLimit",
            "Events a second of a whole proxy; 0 lifts the limit.",
            rates.value { [] }
        ) {
            $0.limits += $1
        },
    ])

    private static let rates = ObjectSchema<[DesiredLimit]>(
        LimitTarget.Rate.allCases.map { rate in
            ObjectSchema.Field(
                rate.rawValue,
                rate == .httpCompression
                    ? "Kilobytes a second that may be compressed."
                    : "New \(rate.rawValue) a second.",
                .located(.integer(0...Int(Int32.max)))
            ) {
                $0.append(DesiredLimit(.rate(rate), $1.value, origin: $1.origin))
            }
        }
    )

    /// The keys under one frontend's name.
    private static let frontend = ObjectSchema<Located<Int>?>([
        .required(
            "maxconn",
            "Connections of the frontend at once.",
            .located(.integer(1...Int(Int32.max)))
        ) {
            $0 = $1
        }
    ])

    private static let frontends = ValueSchema<[DesiredLimit]>(.dictionary(of: frontend.shape)) {
        node,
        reader in
        var limits: [DesiredLimit] = []
        let isMapping = reader.entries(
            of: node,
            expected: "a mapping from names of frontends to {maxconn}"
        ) { key, value, reader in
            let text = reader.tree.string(key)
            reader.key = "frontend"
            let name: FrontendName? = reader.name(text, at: key)
            reader.key = text
            let maxconn = frontend.value { nil }.read(value, &reader) ?? nil
            guard let name, let maxconn else { return }
            limits.append(
                DesiredLimit(.frontendMaxconn(name), maxconn.value, origin: maxconn.origin)
            )
        }
        return isMapping ? limits : nil
    }

    static func read(
        _ spec: YAMLTree.Node,
        _ head: DocumentHead,
        _ reader: inout DocumentReader
    ) -> LimitsDocument? {
        var limits = LimitsDocument(head: head)
        schema.read(spec, &reader, into: &limits)
        return head.name.isEmpty ? nil : limits
    }
}
