import Model

/// Gives every new server of a backend the same id on every proxy, whatever happened there before.
///
/// An id is a hash of the server's name; a taken one leads to the next, so only collisions (about one in
/// six backends of 600 servers has one) depend on which servers were there.
struct ServerIDs {
    private let desired: DesiredBackend
    private let observed: ObservedBackend
    private var taken: Set<Int> = []

    /// Starts from the servers that exist and the ids that documents fix.
    init(_ desired: DesiredBackend, _ observed: ObservedBackend) {
        self.desired = desired
        self.observed = observed
    }

    /// The ring id for a server that does not exist yet; nil when the backend's ids are used up.
    mutating func allocate(for path: ServerPath) -> Int? {
        if taken.isEmpty { collect() }
        guard taken.count < ServerIdentity.idLimit else { return nil }
        var id = ServerIdentity.preferredID(of: path)
        while taken.contains(id) { id = ServerIdentity.nextID(after: id) }
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
