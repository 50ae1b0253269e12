import Model

/// The servers of one backend that may take a request, kept in the order workers see them.
///
/// Active ones, or backups when there is none. A change costs what it moves: one entry for a weight, the
/// entries behind it for a server that comes or leaves. In a long list whose order means nothing the last takes the
/// place of one that leaves, and who comes is the last: one entry each.
struct UsableServers {
    private let algorithm: Algorithm
    private let usesAllBackups: Bool
    /// The servers in the snapshot; each knows its place here.
    private var list: [ServerRecord] = []
    private var areBackups = false
    private var entries = ChunkedArrayBuilder<ServerSnapshot>()
    private var ring = RingBuilder()
    private var arePlacesNew = true
    /// `list` is in the order of ranks.
    private var isSorted = true
    /// Nobody sees in which order so many servers take turns.
    private let orderedLimit: Int
    /// How many servers have each weight.
    private var weights: [Int: Int] = [:]
    private var greatestWeight = 1
    /// As of the snapshot that is being made.
    private var now = Milliseconds(0)

    init(_ configuration: BackendConfiguration, orderedLimit: Int = 1024) {
        self.orderedLimit = orderedLimit
        algorithm = configuration.balance.algorithm
        usesAllBackups = configuration.usesAllBackups
    }

    var count: Int { list.count }

    /// What all of them weigh together, in sixteenths.
    var scaledWeight: Int { list.reduce(0) { $0 + $1.scaledWeight } }

    /// In sixteenths where the algorithm follows weights as they change, as in HAProxy's `lbprm`.
    private func weight(of server: ServerRecord) -> Int {
        switch algorithm {
        case .mapHash, .staticRoundRobin: server.weight
        default: server.scaledWeight
        }
    }

    private mutating func count(_ weight: Int) {
        weights[weight, default: 0] += 1
        greatestWeight = max(greatestWeight, weight)
    }

    private mutating func discount(_ weight: Int) {
        let rest = (weights[weight] ?? 0) - 1
        weights[weight] = rest > 0 ? rest : nil
        if rest <= 0, weight == greatestWeight { greatestWeight = weights.keys.max() ?? 1 }
    }

    /// Takes changed servers into account; `all` of them are looked at only when it must be.
    mutating func update(
        _ changed: [ServerRecord],
        of all: [ServerRecord],
        isFirst: Bool,
        now: Milliseconds
    ) {
        self.now = now
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
        isSorted = true
        arrange(from: 0)
    }

    /// So few of so many that the order may change.
    private func mayReorder(_ changes: Int) -> Bool {
        switch algorithm {
        case .roundRobin, .leastConnections, .random, .consistentHash: break
        case .first, .staticRoundRobin, .mapHash: return false
        }
        return list.count > orderedLimit && changes < list.count / 64
    }

    private mutating func merge(_ additions: [ServerRecord], _ removals: [ServerRecord]) {
        if mayReorder(additions.count + removals.count) {
            for server in removals { replaceByLast(server) }
            for server in additions.sorted(by: { rank($0) < rank($1) }) { append(server) }
            return
        }
        guard isSorted else {
            for server in removals { remove(server) }
            list = (list.filter { $0.place >= 0 } + additions).sorted { rank($0) < rank($1) }
            isSorted = true
            return arrange(from: 0)
        }
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

    private mutating func replaceByLast(_ server: ServerRecord) {
        let place = server.place
        remove(server)
        arePlacesNew = true
        guard let last = list.popLast() else { return }
        if last !== server {
            isSorted = false
            list[place] = last
            last.place = place
            entries[place] = entry(of: last)
            if algorithm == .consistentHash { ring.place(seat: last.seat, at: place) }
        }
        entries.truncate(to: list.count)
    }

    private mutating func append(_ server: ServerRecord) {
        if let last = list.last, rank(last) > rank(server) { isSorted = false }
        arePlacesNew = true
        server.place = list.count
        list.append(server)
        entries.append(entry(of: server))
        server.publishedWeight = weight(of: server)
        count(server.publishedWeight)
        sit(server)
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
            tail.append(entry(of: server))
            let isNew = server.place < 0
            server.place = place
            if isNew {
                server.publishedWeight = weight(of: server)
                count(server.publishedWeight)
                sit(server)
            } else if algorithm == .consistentHash {
                ring.place(seat: server.seat, at: place)
            }
        }
        entries.replaceTail(from: first, with: tail)
    }

    private mutating func setEntry(of server: ServerRecord) {
        let weight = weight(of: server)
        if algorithm == .consistentHash, server.hashesAddress { sit(server) }
        if server.publishedWeight != weight {
            discount(server.publishedWeight)
            count(weight)
            server.publishedWeight = weight
            sit(server)
        }
        entries[server.place] = entry(of: server)
    }

    private mutating func remove(_ server: ServerRecord) {
        discount(server.publishedWeight)
        if algorithm == .consistentHash { ring.leave(id: server.id) }
        server.place = -1
    }

    private mutating func sit(_ server: ServerRecord) {
        guard algorithm == .consistentHash else { return }
        server.seat = ring.seat(
            .init(id: server.id, base: server.hashBase, nodeCount: server.scaledWeight)
        )
        ring.place(seat: server.seat, at: server.place)
    }

    /// A server as workers see it.
    func entry(of server: ServerRecord) -> ServerSnapshot {
        var entry = ServerSnapshot()
        entry.slot = server.slot
        entry.weight = UInt16(weight(of: server))
        entry.maxconn = UInt32(clamping: server.currentMaxconn(now: now))
        entry.address = server.address
        entry.options = server.options
        entry.name = server.nameText
        entry.id = Int32(truncatingIfNeeded: server.id)
        return entry
    }

    /// Puts the list of now into a snapshot.
    mutating func publish(in snapshot: inout BackendSnapshot, retired: inout [RetiredMemory]) {
        snapshot.servers = entries.publish(retired: &retired)
        snapshot.maxWeight = UInt16(greatestWeight)
        snapshot.hasEqualWeights = weights.count <= 1
        guard algorithm == .consistentHash else { return }
        if ring.rebuild(retired: &retired) { arePlacesNew = true }
        snapshot.ring = ring.ring
        guard arePlacesNew else { return }
        arePlacesNew = false
        retired.append(RetiredMemory(snapshot.ringPlaces))
        snapshot.ringPlaces = .make(ring.places)
    }
}
