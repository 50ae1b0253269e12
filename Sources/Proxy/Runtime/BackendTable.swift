import Model

/// All that can change while the proxy runs: servers, their health and the maps; makes the snapshots of it.
///
/// One writer, the control thread. Only what changed since the last snapshot is built again.
final class BackendTable {
    let frontends: [FrontendConfiguration]
    let backends: [BackendRecord]
    private(set) var maps: [MapTable]
    private let backendsByName: [String: BackendRecord]
    private let backendsByID: [Int: BackendRecord]
    private let mapNumbers: [String: Int]
    private var snapshot = RoutingSnapshot()
    private var hasSnapshot = false
    /// Grows with every set of servers to check.
    private(set) var checkGeneration: UInt64 = 1
    private var checks: [CheckTarget.ID: (backend: BackendRecord, server: ServerRecord)] = [:]
    private var lastCheckID: UInt64 = 0
    private var deletions = 0
    /// `backend/server` by guid.
    private var guids: [String: String] = [:]
    private var retired: [RetiredMemory] = []

    init(_ configuration: ProxyConfiguration, now: Milliseconds, slot allocateSlot: () -> UInt32) {
        frontends = configuration.frontends
        backends = configuration.backends.enumerated().map {
            BackendRecord($1, number: $0, now: now)
        }
        backendsByName = Dictionary(backends.map { ($0.configuration.name, $0) }) { first, _ in
            first
        }
        backendsByID = Dictionary(backends.map { ($0.configuration.id, $0) }) { first, _ in first }
        let numbers = Dictionary(backends.map { ($0.configuration.name, Int32($0.number)) }) {
            first,
            _ in first
        }
        maps = configuration.maps.map { MapTable($0, backends: numbers) }
        mapNumbers = Dictionary(configuration.maps.enumerated().map { ($1.name, $0) }) { first, _ in
            first
        }
        var names = MapTable(MapConfiguration(name: ""), backends: numbers)
        for backend in backends {
            names.add(MapEntry(key: backend.configuration.name, value: backend.configuration.name))
        }
        names.rebuild(retired: &retired)
        snapshot.backendNames = names.snapshot
        let compiler = RuleCompiler(backends: numbers)
        snapshot.frontends = .make(frontends.map { compiler.compile($0) })
        for backend in backends { declareServers(of: backend, now: now, slot: allocateSlot) }
    }

    /// Explicit ids first: an automatic one never takes an id that a later line names.
    private func declareServers(
        of backend: BackendRecord,
        now: Milliseconds,
        slot allocateSlot: () -> UInt32
    ) {
        var taken = Set(backend.configuration.servers.compactMap { $0.attributes.integer(.id) })
        var next = 1
        for server in backend.configuration.servers {
            var id = server.attributes.integer(.id) ?? 0
            if id == 0 {
                while taken.contains(next) { next += 1 }
                id = next
                taken.insert(id)
            }
            var declaration = ServerDeclaration(
                name: server.name,
                id: id,
                endpoint: server.endpoint,
                attributes: server.attributes
            )
            declaration.isDisabled = server.isDisabled
            declaration.origin = server.origin
            _ = add(declaration, to: backend, slot: allocateSlot(), now: now)
        }
    }

    // MARK: Looking up

    /// By name, or by id after `#`.
    func backend(_ reference: String) -> BackendRecord? {
        guard reference.hasPrefix("#") else { return backendsByName[reference] }
        return Int(reference.dropFirst()).flatMap { backendsByID[$0] }
    }

    /// By name, or by id after `#`.
    func server(_ reference: String, in backend: BackendRecord) -> ServerRecord? {
        guard reference.hasPrefix("#") else { return backend.server(named: reference) }
        return Int(reference.dropFirst()).flatMap { backend.server(id: $0) }
    }

    /// By name, or by number after `#`.
    func mapNumber(_ reference: String) -> Int? {
        guard reference.hasPrefix("#") else { return mapNumbers[reference] }
        return Int(reference.dropFirst()).flatMap { maps.indices.contains($0) ? $0 : nil }
    }

    /// The `backend/server` that has a guid.
    func owner(ofGUID guid: String) -> String? { guids[guid] }

    // MARK: Changing

    /// Adds a server whose name, id and guid are known to be free.
    func add(
        _ declaration: ServerDeclaration,
        to backend: BackendRecord,
        slot: UInt32,
        now: Milliseconds
    ) -> ServerRecord {
        lastCheckID += 1
        var declaration = declaration
        declaration.revision = deletions
        let server = ServerRecord(declaration, slot: slot, checkID: .init(lastCheckID), now: now)
        backend.append(server)
        checks[server.checkID] = (backend, server)
        if let guid = server.guid { guids[guid] = "\(backend.configuration.name)/\(server.name)" }
        if server.isChecked { checkGeneration += 1 }
        return server
    }

    /// Forgets a server that no worker uses any more.
    func remove(_ server: ServerRecord, from backend: BackendRecord) {
        backend.remove(server)
        checks[server.checkID] = nil
        if let guid = server.guid { guids[guid] = nil }
        deletions += 1
        retired.append(RetiredMemory(server.address.path))
    }

    /// Runs a change on a server and notices what it means for the snapshot and the checks.
    func change(_ server: ServerRecord, of backend: BackendRecord, _ body: (ServerRecord) -> Void) {
        let before = (server.isUsable, server.isChecked, server.checkInterval)
        body(server)
        if before.0 || server.isUsable { backend.isDirty = true }
        let after = (server.isUsable, server.isChecked, server.checkInterval)
        if before.1 != after.1 || (after.1 && before.2 != after.2) { checkGeneration += 1 }
    }

    /// Gives a server another address; its checks follow.
    func move(_ server: ServerRecord, of backend: BackendRecord, to endpoint: Endpoint) {
        change(server, of: backend) { server in
            retired.append(RetiredMemory(server.address.path))
            server.endpoint = endpoint
            server.address = SocketAddress(endpoint)
        }
        renewCheck(of: server, in: backend)
    }

    /// Gives a server's checks a new life: a check of the old address that is still under way must not
    /// say anything about the new one.
    func renewCheck(of server: ServerRecord, in backend: BackendRecord) {
        checks[server.checkID] = nil
        lastCheckID += 1
        server.checkID = CheckTarget.ID(lastCheckID)
        checks[server.checkID] = (backend, server)
        checkGeneration += 1
    }

    /// The server behind a check, nil once it is gone.
    func checked(_ id: CheckTarget.ID) -> (backend: BackendRecord, server: ServerRecord)? {
        checks[id]
    }

    /// Runs a change on one map.
    func change<Answer>(map number: Int, _ body: (inout MapTable) -> Answer) -> Answer {
        body(&maps[number])
    }

    /// Every check that runs now.
    var checkTargets: [CheckTarget] {
        backends.flatMap { backend in
            backend.servers.lazy.filter(\.isChecked).map {
                $0.checkTarget(
                    backend.configuration.check,
                    connectTimeout: backend.configuration.timeouts.connect
                )
            }
        }
    }

    // MARK: Publishing

    /// A snapshot of now, with what it no longer names; nil when nothing changed since the last.
    func takeSnapshot(now: Milliseconds) -> (snapshot: RoutingSnapshot, retired: [RetiredMemory])? {
        let dirty = backends.filter(\.isDirty)
        let areMapsDirty = maps.contains(where: \.isDirty)
        guard !dirty.isEmpty || areMapsDirty || !hasSnapshot else { return nil }
        hasSnapshot = true
        snapshot.generation += 1
        for backend in dirty {
            backend.rebuild(generation: snapshot.generation, now: now, retired: &retired)
        }
        if !dirty.isEmpty || snapshot.backends.isEmpty {
            retired.append(RetiredMemory(snapshot.backends))
            snapshot.backends = .make(backends.map(\.snapshot))
        }
        if areMapsDirty {
            for number in maps.indices { maps[number].rebuild(retired: &retired) }
            retired.append(RetiredMemory(snapshot.maps))
            snapshot.maps = .make(maps.map(\.snapshot))
        }
        defer { retired = [] }
        return (snapshot, retired)
    }
}
