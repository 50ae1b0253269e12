import Model

/// Gives every new server of a backend the same id on every proxy, whatever happened there before.
///
/// An id is a hash of the server's name; a taken one leads to the next. Only then (about one in six
/// backends of 600 servers has a collision) history matters, so what other proxies have goes first.
struct ServerIDs {
    private let desired: DesiredBackend
    private let observed: ObservedBackend
    /// The same backend on other proxies of the fleet.
    private let siblings: [ObservedBackend]
    private var taken: Set<Int> = []
    /// Ring ids of the servers that exist; filled when first asked.
    private var present: Set<Int>?
    /// Ids looked at so far, for tests of how work grows.
    private(set) var probes = 0

    /// Starts from the servers that exist and the ids that documents fix.
    init(
        _ desired: DesiredBackend,
        _ observed: ObservedBackend,
        siblings: [ObservedBackend] = []
    ) {
        self.desired = desired
        self.observed = observed
        self.siblings = siblings
    }

    /// Whether a server that exists has this id, or one at the same place of the ring.
    mutating func isObserved(_ id: Int) -> Bool {
        let present = present ?? Set(observed.servers.values.map { ServerIdentity.ringID($0.id) })
        self.present = present
        return present.contains(ServerIdentity.ringID(id))
    }

    /// The ring id for a server that does not exist yet; nil when the backend's ids are used up.
    mutating func allocate(for path: ServerPath) -> Int? {
        if taken.isEmpty { collect() }
        guard taken.count < ServerIdentity.idLimit else { return nil }
        for sibling in siblings {
            guard let id = sibling.servers[path.server].map({ ServerIdentity.ringID($0.id) }) else {
                continue
            }
            if id > 0, taken.insert(id).inserted { return id }
        }
        var id = ServerIdentity.preferredID(of: path)
        while taken.contains(id) {
            id = ServerIdentity.nextID(after: id)
            probes += 1
        }
        taken.insert(id)
        return id
    }

    /// Only when the first id is asked for: most plans add no server.
    private mutating func collect() {
        for server in observed.servers.values { taken.insert(ServerIdentity.ringID(server.id)) }
        for server in desired.servers where observed.servers[server.name] == nil {
            if let id = server.attributes.integer(.id) { taken.insert(ServerIdentity.ringID(id)) }
        }
    }
}
