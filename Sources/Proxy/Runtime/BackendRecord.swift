import Model

/// One backend as the control thread knows it, and the snapshot that was made of it last.
final class BackendRecord {
    let number: Int
    let configuration: BackendConfiguration
    /// In order of declaration.
    private(set) var servers: [ServerRecord] = []
    private var byName: [String: ServerRecord] = [:]
    private var byID: [Int: ServerRecord] = [:]
    private var lowestFreeID = 1
    private var ring = RingBuilder()
    /// The servers `snapshot` names.
    private var published: [ServerRecord] = []
    private(set) var snapshot = BackendSnapshot()
    /// Something in the snapshot is no longer true.
    var isDirty = true
    /// What the snapshot names besides arrays that are rebuilt.
    private let hashHeader: RawText
    /// When the backend as a whole last went up or down.
    private(set) var lastChange: Milliseconds
    private(set) var isUp = true
    private(set) var falls = 0
    private var pastDowntime = 0

    init(_ configuration: BackendConfiguration, number: Int, now: Milliseconds) {
        self.configuration = configuration
        self.number = number
        hashHeader = .make(configuration.balance.header)
        lastChange = now
    }

    func server(named name: String) -> ServerRecord? { byName[name] }
    func server(id: Int) -> ServerRecord? { byID[id] }

    /// The id a server without one is given: the lowest that is free, as in HAProxy.
    var nextID: Int {
        while byID[lowestFreeID] != nil { lowestFreeID += 1 }
        return lowestFreeID
    }

    func append(_ server: ServerRecord) {
        precondition(
            byName[server.name] == nil && byID[server.id] == nil,
            "names and ids are unique in a backend"
        )
        servers.append(server)
        byName[server.name] = server
        byID[server.id] = server
        if server.isUsable { isDirty = true }
    }

    func remove(_ server: ServerRecord) {
        precondition(!server.isUsable, "only a server in maintenance is deleted")
        byName[server.name] = nil
        byID[server.id] = nil
        lowestFreeID = min(lowestFreeID, server.id)
        if let index = servers.firstIndex(where: { $0 === server }) { servers.remove(at: index) }
    }

    /// Servers that may take a request now: active ones, or backups when there is none.
    var usable: [ServerRecord] {
        var active: [ServerRecord] = []
        var backups: [ServerRecord] = []
        active.reserveCapacity(published.count + 1)
        for server in servers where server.isUsable {
            if server.isBackup { backups.append(server) } else { active.append(server) }
        }
        guard active.isEmpty else { return sorted(active) }
        return sorted(configuration.usesAllBackups ? backups : Array(backups.prefix(1)))
    }

    private func sorted(_ list: [ServerRecord]) -> [ServerRecord] {
        // `first` fills servers in the order of their ids (configuration.txt, balance).
        configuration.balance.algorithm == .first ? list.sorted { $0.id < $1.id } : list
    }

    /// Makes the snapshot true again; adds what it no longer names to `retired`.
    func rebuild(generation: UInt64, now: Milliseconds, retired: inout [RetiredMemory]) {
        isDirty = false
        for server in published { server.isInSnapshot = false }
        let usable = usable
        for server in usable { server.isInSnapshot = true }
        published = usable
        let old = snapshot
        snapshot = template
        snapshot.generation = generation
        let entries = entries(of: usable)
        snapshot.servers = .make(entries)
        retired.append(RetiredMemory(old.servers))
        rebuildRing(of: usable, replacing: old, retired: &retired)
        note(isUp: !usable.isEmpty || servers.isEmpty, now: now)
    }

    private func entries(of usable: [ServerRecord]) -> [ServerSnapshot] {
        var entries: [ServerSnapshot] = []
        entries.reserveCapacity(usable.count)
        var least = 256
        var most = 1
        for server in usable {
            var entry = ServerSnapshot()
            entry.slot = server.slot
            entry.weight = UInt16(server.weight)
            entry.maxconn = UInt32(clamping: server.maxconn)
            entry.address = server.address
            entries.append(entry)
            least = min(least, server.weight)
            most = max(most, server.weight)
        }
        snapshot.maxWeight = UInt16(most)
        snapshot.hasEqualWeights = least >= most
        return entries
    }

    private func rebuildRing(
        of usable: [ServerRecord],
        replacing old: BackendSnapshot,
        retired: inout [RetiredMemory]
    ) {
        guard configuration.balance.algorithm == .consistentHash else { return }
        var places: [Int: Int32] = [:]
        for (place, server) in usable.enumerated() { places[server.id] = Int32(place) }
        if ring.update(to: usable.map { .init(id: $0.id, weight: $0.weight) }) {
            snapshot.ring = .make(ring.nodes)
            retired.append(RetiredMemory(old.ring))
        } else {
            snapshot.ring = old.ring
        }
        snapshot.ringPlaces = .make(ring.places(places))
        retired.append(RetiredMemory(old.ringPlaces))
    }

    private var template: BackendSnapshot {
        var made = BackendSnapshot()
        let balance = configuration.balance
        made.exists = !configuration.isDisabled
        made.algorithm = balance.algorithm
        made.hashInput = balance.hashInput
        made.hashHeader = hashHeader
        made.usesAvalanche = balance.usesAvalanche
        made.hashesWholeURI = balance.hashesWholeURI
        made.hashesPathOnly = balance.hashesPathOnly
        made.hashLength = UInt32(balance.hashLength)
        made.hashDepth = UInt32(balance.hashDepth)
        made.draws = UInt8(clamping: balance.draws)
        made.timeouts = configuration.timeouts
        made.addsForwardedFor = configuration.addsForwardedFor
        made.retries = UInt8(clamping: configuration.retries)
        made.redispatches = configuration.redispatches
        return made
    }

    private func note(isUp: Bool, now: Milliseconds) {
        guard isUp != self.isUp else { return }
        if isUp { pastDowntime += now.count - lastChange.count } else { falls += 1 }
        self.isUp = isUp
        lastChange = now
    }

    /// Milliseconds without any usable server.
    func downtime(now: Milliseconds) -> Int {
        pastDowntime + (isUp ? 0 : now.count - lastChange.count)
    }
}
