/// The servers of one backend that may take a request, kept in the order workers see them.
///
/// Active ones, or backups when there is none. A change costs what it moves: one entry for a weight, the
/// entries behind it for a server that comes or leaves.
struct UsableServers {
    private let algorithm: Algorithm
    private let usesAllBackups: Bool
    /// The servers in the snapshot; each knows its place here.
    private var list: [ServerRecord] = []
    private var areBackups = false
    private var entries = ChunkedArrayBuilder<ServerSnapshot>()
    private var ring = RingBuilder()
    private var arePlacesNew = true
    /// How many servers have each weight.
    private var weights = [Int](repeating: 0, count: 257)

    init(_ configuration: BackendConfiguration) {
        algorithm = configuration.balance.algorithm
        usesAllBackups = configuration.usesAllBackups
    }

    var count: Int { list.count }

    /// Takes changed servers into account; `all` of them are looked at only when it must be.
    mutating func update(_ changed: [ServerRecord], of all: [ServerRecord], isFirst: Bool) {
        var additions: [ServerRecord] = []
        var removals: [ServerRecord] = []
        for server in changed {
            let mayServe = server.isUsable && !server.isDeleted && !server.isBackup
            if server.place >= 0, !mayServe { removals.append(server) }
            if server.place < 0, mayServe { additions.append(server) }
        }
        let rest = list.count + additions.count - removals.count
        if isFirst || areBackups || rest == 0 { return replace(all) }
        for server in changed where server.place >= 0 && server.isUsable && !server.isDeleted {
            setEntry(of: server)
        }
        if !additions.isEmpty || !removals.isEmpty { merge(additions, removals) }
    }

    /// What decides the order: `first` fills servers by their ids (configuration.txt, balance).
    private func rank(_ server: ServerRecord) -> Int {
        algorithm == .first ? server.id : server.serial
    }

    private mutating func replace(_ all: [ServerRecord]) {
        for server in list { remove(server) }
        var active: [ServerRecord] = []
        var backups: [ServerRecord] = []
        for server in all where server.isUsable {
            if server.isBackup { backups.append(server) } else { active.append(server) }
        }
        areBackups = active.isEmpty
        if areBackups { active = usesAllBackups ? backups : Array(backups.prefix(1)) }
        if algorithm == .first { active.sort { $0.id < $1.id } }
        list = active
        arrange(from: 0)
    }

    private mutating func merge(_ additions: [ServerRecord], _ removals: [ServerRecord]) {
        var first = list.count
        for server in removals { first = min(first, server.place) }
        let additions = additions.sorted { rank($0) < rank($1) }
        if let least = additions.first { first = min(first, place(ofRank: rank(least))) }
        for server in removals { remove(server) }
        var tail: [ServerRecord] = []
        var next = 0
        for server in list[first...] where server.place >= 0 {
            while next < additions.count, rank(additions[next]) < rank(server) {
                tail.append(additions[next])
                next += 1
            }
            tail.append(server)
        }
        tail += additions[next...]
        list.replaceSubrange(first..., with: tail)
        arrange(from: first)
    }

    private func place(ofRank wanted: Int) -> Int {
        var low = 0
        var high = list.count
        while low < high {
            let middle = (low + high) / 2
            if rank(list[middle]) < wanted { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Gives every server from here on its place.
    private mutating func arrange(from first: Int) {
        arePlacesNew = true
        var tail: [ServerSnapshot] = []
        tail.reserveCapacity(list.count - first)
        for place in first..<list.count {
            let server = list[place]
            tail.append(Self.entry(of: server))
            let isNew = server.place < 0
            server.place = place
            if isNew {
                server.publishedWeight = server.weight
                weights[server.weight] += 1
                sit(server)
            } else if algorithm == .consistentHash {
                ring.place(seat: server.seat, at: place)
            }
        }
        entries.replaceTail(from: first, with: tail)
    }

    private mutating func setEntry(of server: ServerRecord) {
        if server.publishedWeight != server.weight {
            weights[server.publishedWeight] -= 1
            weights[server.weight] += 1
            server.publishedWeight = server.weight
            sit(server)
        }
        entries[server.place] = Self.entry(of: server)
    }

    private mutating func remove(_ server: ServerRecord) {
        weights[server.publishedWeight] -= 1
        if algorithm == .consistentHash { ring.leave(id: server.id) }
        server.place = -1
    }

    private mutating func sit(_ server: ServerRecord) {
        guard algorithm == .consistentHash else { return }
        server.seat = ring.seat(.init(id: server.id, weight: server.weight))
        ring.place(seat: server.seat, at: server.place)
    }

    /// A server as workers see it.
    static func entry(of server: ServerRecord) -> ServerSnapshot {
        var entry = ServerSnapshot()
        entry.slot = server.slot
        entry.weight = UInt16(server.weight)
        entry.maxconn = UInt32(clamping: server.maxconn)
        entry.address = server.address
        entry.options = server.options
        entry.name = server.nameText
        entry.id = Int32(truncatingIfNeeded: server.id)
        return entry
    }

    /// Puts the list of now into a snapshot.
    mutating func publish(in snapshot: inout BackendSnapshot, retired: inout [RetiredMemory]) {
        snapshot.servers = entries.publish(retired: &retired)
        let present = weights.indices.filter { weights[$0] > 0 }
        snapshot.maxWeight = UInt16(present.last ?? 1)
        snapshot.hasEqualWeights = present.count <= 1
        guard algorithm == .consistentHash else { return }
        if ring.rebuild(retired: &retired) { arePlacesNew = true }
        snapshot.ring = ring.ring
        guard arePlacesNew else { return }
        arePlacesNew = false
        retired.append(RetiredMemory(snapshot.ringPlaces))
        snapshot.ringPlaces = .make(ring.places)
    }
}
