import Model
import RuntimeAPI

/// One backend as the control thread knows it, and the snapshot that was made of it last.
final class BackendRecord {
    let number: Int
    let configuration: BackendConfiguration
    /// How it came about, unless by the boot file.
    let addition: BackendAddition?
    /// The rules it inherits, where the boot file has none for it.
    let rules: ProxyRules
    /// Rules may lead to it (`publish backend`).
    var isPublished = true {
        didSet { if isPublished != oldValue { isRestated = true } }
    }
    private var isRestated = false
    /// How servers without a cookie of their own are named.
    var cookies: CookieSettings
    var sessions = RateMeter()
    /// It is not in the table any more.
    var isDeleted = false
    /// The state file will be told of it.
    var isUnsaved = false
    /// In order of declaration, which is the order of their serials.
    private(set) var servers: [ServerRecord] = []
    private var byName: [String: ServerRecord] = [:]
    private var byID: [Int: ServerRecord] = [:]
    private var lowestFreeID = 1
    private(set) var usable: UsableServers
    /// Servers that the snapshot may no longer tell the truth about.
    private var touched: [ServerRecord] = []
    private var hasSnapshot = false
    var snapshot = BackendSnapshot()
    /// Everything an operator can change on its servers, as the sum of their digests.
    private(set) var serverDigests: UInt64 = 0
    /// What the snapshot names besides arrays that are rebuilt.
    private let hashHeader: RawText
    /// When the backend as a whole last went up or down.
    private(set) var lastChange: Milliseconds
    private(set) var isUp = true
    private(set) var falls = 0
    private var pastDowntime = 0

    init(
        _ configuration: BackendConfiguration,
        number: Int,
        now: Milliseconds,
        addition: BackendAddition? = nil,
        rules: ProxyRules = ProxyRules()
    ) {
        self.addition = addition
        self.rules = rules
        self.configuration = configuration
        cookies = CookieSettings(configuration)
        self.number = number
        usable = UsableServers(configuration)
        hashHeader = .make(configuration.balance.header)
        lastChange = now
    }

    func server(named name: String) -> ServerRecord? { byName[name] }
    func server(id: Int) -> ServerRecord? { byID[id] }

    /// Something in the snapshot is no longer true.
    var isDirty: Bool { !touched.isEmpty || !hasSnapshot || isRestated }

    /// The id a server without one is given: the lowest that is free, as in HAProxy.
    var nextID: Int {
        while byID[lowestFreeID] != nil { lowestFreeID += 1 }
        return lowestFreeID
    }

    /// Puts a server where its serial belongs: a new one last, one whose deletion is undone back in its place.
    func insert(_ server: ServerRecord) {
        precondition(
            byName[server.name] == nil && byID[server.id] == nil,
            "names and ids are unique in a backend"
        )
        if let last = servers.last, last.serial > server.serial {
            servers.insert(server, at: place(ofSerial: server.serial))
        } else {
            servers.append(server)
        }
        byName[server.name] = server
        byID[server.id] = server
        serverDigests &+= server.digest
        if server.isUsable || keepsClients { touch(server) }
    }

    func remove(_ server: ServerRecord) {
        byName[server.name] = nil
        byID[server.id] = nil
        lowestFreeID = min(lowestFreeID, server.id)
        serverDigests &-= server.digest
        let place = place(ofSerial: server.serial)
        precondition(
            place < servers.count && servers[place] === server,
            "servers stand in the order of their serials"
        )
        servers.remove(at: place)
        if server.isInSnapshot || keepsClients { touch(server) }
        server.isDeleted = true
    }

    /// Where the first server stands whose serial is not below this one.
    private func place(ofSerial serial: Int) -> Int {
        var low = 0
        var high = servers.count
        while low < high {
            let middle = (low + high) / 2
            if servers[middle].serial < serial { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Remembers that the snapshot may no longer tell the truth about a server.
    func touch(_ server: ServerRecord) {
        guard !server.isTouched else { return }
        server.isTouched = true
        touched.append(server)
    }

    /// Takes note of what an operator changed on a server.
    func renewDigest(of server: ServerRecord) {
        serverDigests &-= server.digest
        server.renewDigest()
        serverDigests &+= server.digest
    }

    /// Makes the snapshot true again; adds what it no longer names to `retired`.
    func rebuild(generation: UInt64, now: Milliseconds, retired: inout [RetiredMemory]) {
        let changed = touched
        touched.removeAll(keepingCapacity: true)
        for server in changed { server.isTouched = false }
        if !hasSnapshot { snapshot = template }
        if keepsClients { nameServers(changed, retired: &retired) }
        usable.update(changed, of: servers, isFirst: !hasSnapshot, now: now)
        if keepsClients { listServers(retired: &retired) }
        hasSnapshot = true
        isRestated = false
        snapshot.isUnpublished = !isPublished
        snapshot.generation = generation
        usable.publish(in: &snapshot, retired: &retired)
        note(isUp: usable.count > 0 || servers.isEmpty, now: now)
    }

    /// Everything that can be changed on it and on its servers.
    var digest: UInt64 {
        let areCookiesDeclared = cookies == CookieSettings(configuration)
        guard addition != nil || !isPublished || !areCookiesDeclared else { return serverDigests }
        var hash = StateHash()
        hash.combine(isPublished ? 1 : 0)
        if !areCookiesDeclared {
            hash.combine(cookies.isDynamic ? 1 : 0)
            hash.combine(cookies.key)
        }
        if let addition {
            hash.combine(addition.defaults)
            hash.combine(addition.mode?.rawValue ?? "")
            hash.combine(addition.guid ?? "")
        }
        return serverDigests &+ hash.value
    }

    /// As the statistics call it.
    var statusText: String { (isUp ? "UP" : "DOWN") + (isPublished ? "" : " (UNPUB)") }

    /// Gives back what its snapshot names, once it is not in the table any more.
    func retire(generation: UInt64, now: Milliseconds, into retired: inout [RetiredMemory]) {
        // What its servers left behind is known only then.
        rebuild(generation: generation, now: now, retired: &retired)
        retired.append(RetiredMemory(snapshot))
    }

    private var template: BackendSnapshot {
        var made = BackendSnapshot()
        let balance = configuration.balance
        made.exists = !configuration.isDisabled
        made.algorithm = balance.algorithm
        made.hashInput = balance.hashInput
        made.hashHeader = hashHeader
        made.hashExpression = balance.expression
        made.usesAvalanche = balance.usesAvalanche
        made.hashFunction = balance.hashFunction
        made.hashesDomainOnly = balance.hashesDomainOnly
        made.balanceFactor = UInt16(clamping: balance.balanceFactor)
        made.rehashesFullServers = balance.rehashesFullServers
        made.weightDivisor = UInt16(clamping: configuration.weightDivisor)
        made.hashesWholeURI = balance.hashesWholeURI
        made.hashesPathOnly = balance.hashesPathOnly
        made.hashLength = UInt32(balance.hashLength)
        made.hashDepth = UInt32(balance.hashDepth)
        made.draws = UInt8(clamping: balance.draws)
        made.timeouts = configuration.timeouts
        made.addsForwardedFor = configuration.addsForwardedFor
        made.retries = UInt8(clamping: configuration.retries)
        made.redispatches = configuration.redispatches
        made.options = configuration.options
        return made
    }

    private func note(isUp: Bool, now: Milliseconds) {
        guard isUp != self.isUp else { return }
        if isUp { pastDowntime += now.count - lastChange.count } else { falls += 1 }
        self.isUp = isUp
        lastChange = now
    }

    /// Forgets what `clear counters all` forgets of it and of its servers.
    func clearCounters() {
        falls = 0
        for server in servers {
            server.failedChecks = 0
            server.falls = 0
        }
    }

    /// Milliseconds without any usable server.
    func downtime(now: Milliseconds) -> Int {
        pastDowntime + (isUp ? 0 : now.count - lastChange.count)
    }
}
