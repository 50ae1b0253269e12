import Model

/// Writes one backend: what its servers share once, then what is each one's own.
struct BackendWriter {
    private struct Entry {
        let server: ObservedServer
        let endpoint: Endpoint
        /// What the document must say over what the boot file hands down.
        var layer: AttributeLayer
    }

    let name: BackendName
    let section: BootFile.Backend?
    let withoutAttributes: Bool
    private var entries: [Entry] = []
    private(set) var notes: [String] = []
    private var hidden = 0

    init(name: BackendName, section: BootFile.Backend?, withoutAttributes: Bool) {
        self.name = name
        self.section = section
        self.withoutAttributes = withoutAttributes
    }

    /// `shown`: what the proxy tells of its attributes; `isWhole`: it tells all of them.
    mutating func add(_ server: ObservedServer, shown: ServerAttributes, isWhole: Bool) {
        guard let endpoint = server.endpoint else { return }
        let path = ServerPath(name, server.name)
        let inherited = section?.defaultServer ?? ServerAttributes()
        let line = section?.serverLines[server.name]
        if let words = line?.needsRestart, !words.isEmpty {
            notes.append(
                "server \(path) has \(words.joined(separator: ", ")) in the boot file, which servers added at runtime cannot get"
            )
        }
        if line == nil, !isWhole { hidden += 1 }
        let wanted = wanted(
            shown,
            over: isWhole ? ServerAttributes() : line?.attributes ?? inherited,
            isWhole: isWhole,
            of: server
        )
        var layer = AttributeLayer()
        for pair in wanted.sorted where inherited[pair.attribute] != pair.value {
            layer.values[pair.attribute] = pair.value
        }
        for pair in inherited.sorted where wanted[pair.attribute] == nil {
            if pair.value == .flag {
                layer.removed.append(pair.attribute)
            } else if let neutral = Self.neutral[pair.attribute] {
                layer.values[pair.attribute] = neutral
            }
        }
        entries.append(Entry(server: server, endpoint: endpoint, layer: layer))
    }

    /// Values that say what a server without the keyword does.
    private static let neutral: [ServerAttribute: AttributeValue] = [
        .weight: .integer(1), .maxconn: .integer(0), .maxqueue: .integer(0),
        .rise: .integer(2), .fall: .integer(3), .inter: .duration(Milliseconds(2000)),
        .slowstart: .duration(Milliseconds(0)), .minconn: .integer(0),
    ]

    /// Attributes that every proxy shows, present or absent.
    private static let visible: [ServerAttribute] = [
        .weight, .maxconn, .maxqueue, .backup, .check, .track, .addr, .port, .agentCheck,
        .agentAddr, .agentPort,
    ]

    /// What is shown, over what is known of the rest.
    private func wanted(
        _ shown: ServerAttributes,
        over known: ServerAttributes,
        isWhole: Bool,
        of server: ObservedServer
    ) -> ServerAttributes {
        var wanted = shown.merged(over: known)
        for attribute in Self.visible where shown[attribute] == nil { wanted[attribute] = nil }
        // Declared checks would be switched on; a server that tracks another has none of its own.
        if !server.isCheckEnabled || wanted[.track] != nil { wanted[.check] = nil }
        wanted[.id] = nil
        wanted[.guid] = nil
        // The planner adds it to what it sends without its being declared: the mark tells.
        if isWhole, let digest = server.guid.flatMap(ServerIdentity.digest(inGUID:)),
            digest != ServerIdentity.digest(of: wanted)
        {
            var without = wanted
            without[.initState] = nil
            if digest == ServerIdentity.digest(of: without) { wanted = without }
        }
        // What a server has without the keyword need not be said.
        for (attribute, neutral) in Self.neutral
        where wanted[attribute] == neutral && known[attribute] == nil && !isWhole {
            wanted[attribute] = nil
        }
        return wanted
    }

    /// What a reader should know of the document.
    var comments: [String] {
        var comments: [String] = []
        if hidden > 0 {
            comments += [
                "# What the Runtime API hides of \(hidden == 1 ? "1 server" : "\(hidden) servers") "
                    + "(inter, sni, verify and others) is not written here;",
                "# added below, it counts as equal until `apus adopt`.",
            ]
        }
        if withoutAttributes {
            comments.append(
                "# The servers carry a mark of attributes that the Runtime API hides, so `manage` leaves attributes out."
            )
        }
        return comments
    }

    /// The keys under `spec`, behind the selector.
    var lines: [String] {
        let shared = shared
        var lines: [String] = []
        if withoutAttributes { lines.append("  manage: [membership, address, weight, state]") }
        if !shared.isEmpty { lines.append("  server: {\(Self.pairs(of: shared))}") }
        guard !entries.isEmpty else { return lines + ["  servers: {}"] }
        lines.append("  servers:")
        for entry in entries {
            var own: [String] = []
            if entry.server.admin != .ready { own.append("state: \(entry.server.admin.rawValue)") }
            let layer = entry.layer.without(shared)
            if !layer.isEmpty { own.append(Self.pairs(of: layer)) }
            let key = YAMLText.scalar(entry.server.name.text)
            if own.isEmpty {
                lines.append("    \(key): \(YAMLText.blockAddress(entry.endpoint))")
            } else {
                let address = YAMLText.quoted(entry.endpoint.description)
                let rest = own.joined(separator: ", ")
                lines.append("    \(key): {address: \(address), \(rest)}")
            }
        }
        return lines
    }

    /// What all servers have alike; one server shares nothing.
    private var shared: AttributeLayer {
        guard entries.count > 1, let first = entries.first?.layer else { return AttributeLayer() }
        var shared = AttributeLayer()
        for pair in first.values.sorted
        where entries.allSatisfy({ $0.layer.values[pair.attribute] == pair.value }) {
            shared.values[pair.attribute] = pair.value
        }
        shared.removed = first.removed.filter { attribute in
            entries.allSatisfy { $0.layer.removed.contains(attribute) }
        }
        return shared
    }

    /// `key: value` pairs as they stand in a flow mapping.
    private static func pairs(of layer: AttributeLayer) -> String {
        let values = layer.values.sorted.map { pair in
            switch pair.value {
            case .flag: "\(pair.attribute.keyword): true"
            case .integer(let number): "\(pair.attribute.keyword): \(number)"
            case .duration(let duration): "\(pair.attribute.keyword): \(duration)"
            case .word(let text): "\(pair.attribute.keyword): \(YAMLText.scalar(text))"
            }
        }
        return (values + layer.removed.map { "\($0.keyword): false" }).joined(separator: ", ")
    }
}

extension AttributeLayer {
    /// What is left when another layer already says the rest.
    fileprivate func without(_ other: AttributeLayer) -> AttributeLayer {
        var rest = self
        for pair in other.values.sorted { rest.values[pair.attribute] = nil }
        rest.removed.removeAll { other.removed.contains($0) }
        return rest
    }
}
