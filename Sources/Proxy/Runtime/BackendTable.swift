import Model
import RuntimeAPI

/// All that can change while the proxy runs: servers, their health and the maps; makes the snapshots of it.
///
/// One writer, the control thread. Only what changed since the last snapshot is built again.
final class BackendTable {
    let frontends: [FrontendConfiguration]
    /// By frontend number: what can change on them.
    var frontendRecords: [FrontendRecord]
    /// The limit of client connections of the process; 0 is none.
    var maxconn: Int
    let bootMaxconn: Int
    /// Connections or sessions a second; what is not there has no limit.
    var rateLimits: [LimitTarget.Rate: Int] = [:]
    /// Of the process, by name.
    var variables: [String: ProcessVariableRecord] = [:]
    var areVariablesChanged = false
    /// Those of the boot file, then what was added since.
    var backends: [BackendRecord]
    /// How many backends more than in the boot file there can be at once.
    static let dynamicLimit = 4096
    /// What `add backend` and `del backend` have to know.
    var population: BackendPopulation
    let rules: RuleBookDraft
    /// What is served over TLS.
    let certificates: CertificateStore
    /// Names in the boot file.
    let bootBackends: [String]
    /// Finds the number of a backend by a computed name.
    var names: MapTable
    var areBackendsChanged = false
    /// Backends of one server that stand for `ProxyConfiguration.services`, numbered behind the others.
    let services: [BackendSnapshot]
    private(set) var maps: [MapTable]
    var backendsByName: [String: BackendRecord]
    var backendsByID: [Int: BackendRecord]
    let mapNumbers: [String: Int]
    var snapshot = RoutingSnapshot()
    private var hasSnapshot = false
    /// Grows with every set of servers to check.
    private(set) var checkGeneration: UInt64 = 1
    private var checks: [CheckTarget.ID: (backend: BackendRecord, server: ServerRecord)] = [:]
    private var lastCheckID: UInt64 = 0
    private var deletions = 0
    /// `server backend/name` or `backend name` by guid.
    var guids: [String: String] = [:]
    var retired: [RetiredMemory] = []
    private var lastSerial = 0
    /// Servers whose weight is stepped up (`slowstart`).
    var warming: [ServerRecord.Tracker] = []
    /// Servers whose traffic is looked at (`observe`), by slot.
    private(set) var observed: [UInt32: ServerRecord.Tracker] = [:]
    /// As of the change that is being made.
    var now = Milliseconds(0)
    /// Grows with everything an operator changes.
    var changes: UInt64 = 0
    /// How to take back what happened since `beginUndoable`, newest last; nil outside.
    private var undo: [() -> Void]?
    private var savedMaps: [Int: MapTable] = [:]
    /// What must happen only when nothing is taken back.
    private var effects: [() -> Void] = []
    /// Whether somebody asks for `takeUnsaved`.
    var keepsUnsaved = false {
        didSet { for number in maps.indices { maps[number].keepsUnsaved = keepsUnsaved } }
    }
    var unsaved: [Unsaved] = []
    /// How many of `unsaved` were there before what can be taken back.
    private var certainlyUnsaved = 0

    /// `pid` tells the services of this process from those of another.
    init(
        _ configuration: ProxyConfiguration,
        pid: Int,
        now: Milliseconds,
        slot allocateSlot: () -> UInt32
    ) {
        frontends = configuration.frontends
        frontendRecords = frontends.map { FrontendRecord($0) }
        maxconn = configuration.maxconn
        bootMaxconn = maxconn
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
        population = BackendPopulation(configuration)
        rules = configuration.rules
        certificates = CertificateStore(configuration.tls)
        bootBackends = configuration.backends.map(\.name)
        names = MapTable(MapConfiguration(name: ""), backends: numbers)
        for backend in backends {
            names.add(MapEntry(key: backend.configuration.name, value: backend.configuration.name))
        }
        names.rebuild(retired: &retired)
        snapshot.backendNames = names.snapshot
        services = configuration.services.indices.map { number in
            Self.service(at: ServiceConfiguration.endpoint(number, pid: pid), slot: allocateSlot())
        }
        snapshot.rules = configuration.rules.compile()
        snapshot.frontends = .make(
            frontends.enumerated().map { FrontendSnapshot($1, number: $0) }
        )
        for backend in backends { declareServers(of: backend, now: now, slot: allocateSlot) }
        for backend in backends {
            for server in backend.servers { link(server, of: backend, now: now) }
        }
        followAll(now: now)
        variables = configuration.variables
        areVariablesChanged = !variables.isEmpty
    }

    private static func service(at endpoint: Endpoint, slot: UInt32) -> BackendSnapshot {
        var server = ServerSnapshot()
        server.slot = slot
        server.address = SocketAddress(endpoint)
        var made = BackendSnapshot()
        made.exists = true
        made.generation = 1
        made.servers = .make([server])
        made.timeouts.connect = 5000
        made.timeouts.server = 10_000
        return made
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
        lastSerial += 1
        declaration.serial = lastSerial
        let server = ServerRecord(declaration, slot: slot, checkID: .init(lastCheckID), now: now)
        if declaration.attributes[.agentCheck] != nil {
            lastCheckID += 1
            server.agent = AgentRecord(
                declaration.attributes,
                checkID: .init(lastCheckID),
                // As with checks, an operator switches it on.
                isEnabled: !declaration.isDynamic
            )
            server.renewDigest()
        }
        settleTLS(of: server)
        enter(server, into: backend)
        if server.isDynamic { link(server, of: backend, now: now) }
        undo?.append {
            self.leave(server, from: backend)
            self.retired.append(RetiredMemory([server.address.path, server.nameText]))
        }
        return server
    }

    private func enter(_ server: ServerRecord, into backend: BackendRecord) {
        backend.insert(server)
        checks[server.checkID] = (backend, server)
        if server.options.observer.layer != .none {
            observed[server.slot] = .init(server: server, backend: backend)
        }
        if let agent = server.agent { checks[agent.checkID] = (backend, server) }
        if let guid = server.guid {
            guids[guid] = "server \(backend.configuration.name)/\(server.name)"
        }
        if server.isChecked || server.agent?.isEnabled == true { checkGeneration += 1 }
        changes += 1
        if server.isDynamic { noteUnsaved(server, of: backend) }
    }

    private func leave(_ server: ServerRecord, from backend: BackendRecord) {
        backend.remove(server)
        checks[server.checkID] = nil
        observed[server.slot] = nil
        unlink(server)
        if let agent = server.agent { checks[agent.checkID] = nil }
        if let guid = server.guid { guids[guid] = nil }
        changes += 1
        if keepsUnsaved {
            let backend = backend.configuration.name
            unsaved.append(.deletion(backend: backend, server: server.name))
        }
    }

    /// Forgets a server that no worker uses any more, or will once the next snapshot is seen.
    func remove(_ server: ServerRecord, from backend: BackendRecord) {
        precondition(!server.isUsable, "only a server in maintenance is deleted")
        leave(server, from: backend)
        deletions += 1
        whenCertain { self.retired.append(RetiredMemory([server.address.path, server.nameText])) }
        undo?.append {
            self.deletions -= 1
            server.isDeleted = false
            self.enter(server, into: backend)
            self.link(server, of: backend, now: self.now)
        }
    }

    /// Runs a change on a server and notices what it means for the snapshot and the checks.
    func change(_ server: ServerRecord, of backend: BackendRecord, _ body: (ServerRecord) -> Void) {
        saveUndo(of: server, in: backend)
        let before = (server.isUsable, server.isChecked, server.checkInterval)
        body(server)
        if before.0 || server.isUsable || backend.keepsClients { backend.touch(server) }
        backend.renewDigest(of: server)
        noteWarming(server, of: backend)
        server.isChanged = true
        noteUnsaved(server, of: backend)
        changes += 1
        let after = (server.isUsable, server.isChecked, server.checkInterval)
        if before.1 != after.1 || (after.1 && before.2 != after.2) { checkGeneration += 1 }
    }

    /// Remembers how a server was, so that what follows can be taken back.
    func saveUndo(of server: ServerRecord, in backend: BackendRecord) {
        guard undo != nil else { return }
        let saved = server.saved
        undo?.append { self.restore(server, of: backend, to: saved) }
    }

    /// Gives a server another address; its checks follow.
    func move(_ server: ServerRecord, of backend: BackendRecord, to endpoint: Endpoint) {
        let old = server.address.path
        change(server, of: backend) { server in
            server.endpoint = endpoint
            server.address = SocketAddress(endpoint)
        }
        whenCertain { self.retired.append(RetiredMemory(old)) }
        renewCheck(of: server, in: backend)
    }

    /// Has everything about checks looked at again.
    func renewChecks() { checkGeneration += 1 }

    /// Gives a server's checks a new life: a check of the old address that is still under way must not
    /// say anything about the new one.
    func renewCheck(of server: ServerRecord, in backend: BackendRecord) {
        checks[server.checkID] = nil
        lastCheckID += 1
        server.checkID = CheckTarget.ID(lastCheckID)
        checks[server.checkID] = (backend, server)
        checkGeneration += 1
    }

    /// Takes one check's result into account; whether the server went up or down.
    func record(
        _ result: CheckResult,
        of server: ServerRecord,
        in backend: BackendRecord,
        now: Milliseconds
    )
        -> Bool
    {
        noteMove(server, of: backend, server.record(result, now: now))
    }

    /// Takes what an agent said of its server's health into account; whether the server went up or down.
    func recordAgent(
        _ result: CheckResult,
        isUp: Bool?,
        of server: ServerRecord,
        in backend: BackendRecord,
        now: Milliseconds
    ) -> Bool {
        noteMove(server, of: backend, server.recordAgent(result, isUp: isUp, now: now))
    }

    /// Whose check it is; nil when its target is gone or no longer checked.
    func target(of id: CheckTarget.ID) -> (backend: BackendRecord, server: ServerRecord)? {
        guard let (backend, server) = checks[id] else { return nil }
        let isAsked =
            id == server.agent?.checkID ? server.agent?.isEnabled == true : server.isChecked
        return isAsked ? (backend, server) : nil
    }

    private func noteMove(_ server: ServerRecord, of backend: BackendRecord, _ isMoved: Bool)
        -> Bool
    {
        if isMoved {
            backend.touch(server)
            noteWarming(server, of: backend)
            if server.isDynamic || server.isChanged { noteUnsaved(server, of: backend) }
        }
        return isMoved
    }

    /// Changes what is asked of a server's agent; one that is asked elsewhere begins a new life, so that
    /// nothing that is still under way speaks for it.
    func changeAgent(
        _ server: ServerRecord,
        of backend: BackendRecord,
        isMoved: Bool = false,
        _ body: (inout AgentRecord) -> Void
    ) {
        change(server, of: backend) { server in
            guard var agent = server.agent else { return }
            body(&agent)
            if isMoved {
                checks[agent.checkID] = nil
                lastCheckID += 1
                agent.checkID = CheckTarget.ID(lastCheckID)
                checks[agent.checkID] = (backend, server)
            }
            server.agent = agent
        }
        checkGeneration += 1
    }

    /// Runs a change on one map.
    func change<Answer>(map number: Int, _ body: (inout MapTable) -> Answer) -> Answer {
        if undo != nil, savedMaps[number] == nil { savedMaps[number] = maps[number] }
        changes += 1
        if keepsUnsaved { unsaved.append(.map(number)) }
        maps[number].isChanged = true
        return body(&maps[number])
    }

    // MARK: Saving

    private func noteUnsaved(_ server: ServerRecord, of backend: BackendRecord) {
        guard keepsUnsaved, !server.isUnsaved else { return }
        server.isUnsaved = true
        unsaved.append(.server(server, backend: backend.configuration.name))
    }

    /// What happened since the last call, in order and once for each server.
    func takeUnsaved() -> [StateChange] {
        var changes: [StateChange] = []
        for item in unsaved {
            switch item {
            case .server(let server, let backend):
                server.isUnsaved = false
                // Its deletion follows, or its addition was taken back.
                if !server.isDeleted { changes += server.images(in: backend) }
            case .deletion(let backend, let server):
                changes.append(.serverDeleted(backend: backend, server: server))
            case .map(let number):
                let name = maps[number].name
                changes += maps[number].takeUnsaved().map { .map(name: name, $0) }
            case .frontend(let number): changes.append(.frontend(image(ofFrontend: number)))
            case .maxconn: changes.append(.maxconn(maxconn))
            case .rateLimit(let rate): changes.append(.rateLimit(rate, rateLimits[rate] ?? 0))
            case .backend(let backend):
                backend.isUnsaved = false
                if !backend.isDeleted { changes.append(.backend(image(of: backend))) }
            case .backendDeletion(let name): changes.append(.backendDeleted(name))
            case .cookies(let backend):
                if !backend.isDeleted { changes.append(cookieImage(of: backend)) }
            case .variable(let name):
                if let image = image(ofVariable: name) { changes.append(image) }
            }
        }
        unsaved = []
        return changes
    }

    private func dropUnsaved(behind count: Int) {
        for item in unsaved[count...] {
            if case .server(let server, _) = item { server.isUnsaved = false }
            if case .backend(let backend) = item { backend.isUnsaved = false }
        }
        unsaved.removeLast(unsaved.count - count)
    }

    // MARK: Taking back

    /// From here on until `endUndoable` everything can be taken back; nothing is published meanwhile.
    func beginUndoable() {
        precondition(undo == nil, "one transaction is carried out after the other")
        undo = []
        savedMaps = [:]
        certainlyUnsaved = unsaved.count
    }

    /// Keeps what was done since `beginUndoable`, or takes it back.
    func endUndoable(keeping: Bool) {
        let steps = undo ?? []
        let due = effects
        undo = nil
        effects = []
        if keeping {
            for effect in due { effect() }
        } else {
            for step in steps.reversed() { step() }
            for (number, map) in savedMaps { maps[number] = map }
            dropUnsaved(behind: certainlyUnsaved)
            changes += 1
        }
        savedMaps = [:]
    }

    /// Does what cannot be taken back: at once, or when it is certain that nothing will be.
    func whenCertain(_ effect: @escaping () -> Void) {
        if undo == nil { effect() } else { effects.append(effect) }
    }

    /// Does what belongs to taking back what was just done.
    func unlessCertain(_ step: @escaping () -> Void) {
        undo?.append(step)
    }

    private func restore(
        _ server: ServerRecord,
        of backend: BackendRecord,
        to saved: ServerRecord.Saved
    ) {
        // A path made since is named by no snapshot, and the old one was not retired.
        if server.endpoint != saved.endpoint { retired.append(RetiredMemory(server.address.path)) }
        checks[server.checkID] = nil
        if let agent = server.agent { checks[agent.checkID] = nil }
        server.restore(saved)
        noteWarming(server, of: backend)
        checks[server.checkID] = (backend, server)
        if let agent = server.agent { checks[agent.checkID] = (backend, server) }
        backend.touch(server)
        backend.renewDigest(of: server)
        checkGeneration += 1
    }

    // MARK: Publishing

    /// A snapshot of now, with what it no longer names; nil when nothing changed since the last.
    func takeSnapshot(now: Milliseconds) -> (snapshot: RoutingSnapshot, retired: [RetiredMemory])? {
        let dirty = backends.filter(\.isDirty)
        let areMapsDirty = maps.contains(where: \.isDirty)
        let served = certificates.takeSnapshot()
        guard
            !dirty.isEmpty || areMapsDirty || areBackendsChanged || areVariablesChanged
                || served != nil || !hasSnapshot
        else { return nil }
        hasSnapshot = true
        snapshot.generation += 1
        for backend in dirty {
            backend.rebuild(generation: snapshot.generation, now: now, retired: &retired)
        }
        if !dirty.isEmpty || areBackendsChanged || snapshot.backends.isEmpty {
            retired.append(RetiredMemory(snapshot.backends))
            snapshot.backends = .make(backendRows)
        }
        if areBackendsChanged { renewBackends() }
        if let served {
            retired.append(RetiredMemory(snapshot.tls))
            retired += served.retired
            snapshot.tls = served.binds
        }
        if areVariablesChanged { renewVariables() }
        if areMapsDirty {
            for number in maps.indices { maps[number].rebuild(retired: &retired) }
            retired.append(RetiredMemory(snapshot.maps))
            snapshot.maps = .make(maps.map(\.snapshot))
        }
        defer { retired = [] }
        return (snapshot, retired)
    }
}
