import Model
import Planning
import RuntimeAPI

extension Observer {
    /// Reads everything a plan depends on in one batch.
    static func read(
        _ client: RuntimeClient,
        _ scope: ObservationScope,
        _ memory: ObservationMemory? = nil
    ) async throws(FleetError) -> ObservedProxy {
        let capabilities = client.capabilities
        let isKept = memory != nil && capabilities.hasStateDigest
        var commands: [RuntimeClient.Command] = [
            (.showServersState(backend: nil), payload: nil),
            (.showBackend, payload: nil),
            (.showStat(servers(of: nil), .plain), payload: nil),
        ]
        if capabilities.hasGUID { commands.append((.dumpStatsFile, payload: nil)) }
        if capabilities.hasBackendCommands {
            commands.append((.showStat(backendsOnly, .plain), payload: nil))
        }
        // First, so that whatever changes meanwhile changes the digest of the next look.
        if isKept { commands.insert((.showStateDigest(proxy: nil), payload: nil), at: 0) }
        let firstMap = commands.count
        commands += scope.maps.map { (.showMap(PatternReference(name: $0.text)), payload: nil) }
        var replies = try await client.replies(to: commands)[...]
        for (command, reply) in zip(commands[..<firstMap], replies) {
            if let complaint = client.complaint(about: command.0, in: reply) { throw complaint }
        }
        var reading = ObservationReading(client, memory)
        var digests: StateDigestTable?
        do {
            if isKept { digests = try StateDigestTable.parse(replies.removeFirst().text) }
            let (state, list, stat) =
                (replies.removeFirst(), replies.removeFirst(), replies.removeFirst())
            var guids: [String] = []
            if capabilities.hasGUID {
                guids = try StatsFile.parse(replies.removeFirst().text).guids
                    .filter { $0.hasPrefix("apus:") }
            }
            try reading.addServers(state.text, stat: stat.text, own: guids)
            try reading.addEmptyBackends(list.text)
            reading.addGUIDs(guids)
            if capabilities.hasBackendCommands {
                try reading.addPublication(replies.removeFirst().text)
            }
            for (map, reply) in zip(scope.maps, replies) { try reading.addMap(map, reply) }
        } catch {
            throw client.unreadable(error)
        }
        var proxy = try await addListsAndLimits(to: reading.proxy, client, scope)
        proxy.certificates = try await certificates(client, scope, memory)
        if let digests {
            let known = ObservationMemory.Known(observed: proxy, digests: digests, scope: scope)
            memory?.remember(known, of: proxy.name)
        }
        return proxy
    }

    private static var backendsOnly: StatFilter {
        var filter = StatFilter()
        filter.types = 2
        return filter
    }

    static func servers(of backend: BackendName?) -> StatFilter {
        var filter = StatFilter()
        filter.proxy = backend?.text
        filter.types = 4
        return filter
    }
}

/// Puts one observation together from the tables it comes in.
struct ObservationReading {
    private(set) var proxy: ObservedProxy
    private let client: RuntimeClient
    private let memory: ObservationMemory?

    init(_ client: RuntimeClient, _ memory: ObservationMemory?) {
        self.client = client
        self.memory = memory
        proxy = ObservedProxy(
            name: client.target.name,
            incarnation: client.incarnation,
            capabilities: client.capabilities
        )
    }

    /// Begins with what is known already.
    init(_ client: RuntimeClient, _ memory: ObservationMemory?, _ known: ObservedProxy) {
        self.init(client, memory)
        proxy = known
    }

    /// Adds the servers of the backends that both tables list; `guids` are those that are ours.
    mutating func addServers(_ state: String, stat: String, own guids: [String]) throws {
        guard let memory, state.utf8.count > 0 else {
            for backend in try Self.backends(state, stat, Self.owners(guids)) { add(backend) }
            return
        }
        let (stateBytes, statBytes) = (Array(state.utf8), Array(stat.utf8))
        guard let signatures = ServerSignature.all(state: stateBytes, stat: statBytes) else {
            for backend in try Self.backends(state, stat, Self.owners(guids)) { add(backend) }
            return
        }
        let number = memory.number(of: guids)
        var owners: [UInt64: String]?
        for signature in signatures {
            if let backend = memory.backend(signature, guids: number) {
                add(backend)
                continue
            }
            let known = owners ?? Self.owners(guids)
            owners = known
            let states =
                ServerSignature.stateHeader(of: stateBytes) + stateBytes[signature.stateRows]
            let stats = ServerSignature.statHeader(of: statBytes) + statBytes[signature.statRows]
            let built = try Self.backends(
                String(decoding: states, as: UTF8.self),
                String(decoding: stats, as: UTF8.self),
                known
            )
            for backend in built {
                add(backend)
                if built.count == 1 { memory.remember(backend, signature, guids: number) }
            }
        }
    }

    private mutating func add(_ backend: ObservedBackend) {
        if let known = proxy.backends[backend.name], !known.servers.isEmpty {
            proxy.backends[backend.name]?.servers.merge(backend.servers) { _, new in new }
        } else {
            proxy.backends[backend.name] = backend
        }
    }

    /// A backend that is to be read again.
    mutating func forget(_ backend: BackendName) {
        guard let known = proxy.backends[backend] else { return }
        proxy.backends[backend] = ObservedBackend(name: known.name, id: known.id)
    }

    private static func backends(
        _ state: String,
        _ stat: String,
        _ owners: [UInt64: String]
    ) throws -> [ObservedBackend] {
        let stats = try stats(stat)
        // Rows of one backend come together; one at a time is built outside of an array.
        var done: [ObservedBackend] = []
        var current: (text: String, backend: ObservedBackend, stats: [String: StatRow])?
        for row in try ServerStateTable.parse(state).rows {
            if current?.text != row.backendName {
                if let backend = current?.backend { done.append(backend) }
                current = nil
                guard let name = try? BackendName(row.backendName) else { continue }
                let backend = ObservedBackend(name: name, id: row.backendID)
                current = (row.backendName, backend, stats[row.backendName] ?? [:])
            }
            guard let name = try? ServerName(row.serverName) else { continue }
            var server = ObservedServer(name: name, row)
            if let stat = current?.stats[row.serverName] { server.add(stat) }
            if !owners.isEmpty {
                let key = ServerIdentity.hash(row.backendName, row.serverName)
                server.guid = owners[key]
            }
            current?.backend.servers[name] = server
        }
        if let backend = current?.backend { done.append(backend) }
        return done
    }

    private static func stats(_ text: String) throws -> [String: [String: StatRow]] {
        let wanted: Set<StatField> = [.proxyName, .serverName, .slim, .scur, .bck]
        var stats: [String: [String: StatRow]] = [:]
        for row in try StatTable.parse(text, keeping: wanted).rows {
            guard let backend = row.text(.proxyName), let server = row.text(.serverName) else {
                continue
            }
            stats[backend, default: [:]][server] = row
        }
        return stats
    }

    /// A stats file names objects by guid alone; ours hold a hash of the server's name.
    private static func owners(_ guids: [String]) -> [UInt64: String] {
        var owners: [UInt64: String] = [:]
        owners.reserveCapacity(guids.count)
        for guid in guids {
            if let hash = Self.nameHash(in: guid) { owners[hash] = guid }
        }
        return owners
    }

    /// The second of three parts between colons; read byte by byte, for there may be very many.
    private static func nameHash(in guid: String) -> UInt64? {
        var (part, digits, hash) = (0, 0, UInt64(0))
        for byte in guid.utf8 {
            if byte == UInt8(ascii: ":") {
                part += 1
            } else if part == 1 {
                guard let digit = byte.hexadecimalValue, digits < 16 else {
                    return nil
                }
                hash = hash << 4 | UInt64(digit)
                digits += 1
            }
        }
        return part == 2 && digits > 0 ? hash : nil
    }

    /// `show servers state` is silent about backends without servers.
    mutating func addEmptyBackends(_ text: String) throws {
        for word in try BackendList.parse(text).names {
            guard let name = try? BackendName(word), proxy.backends[name] == nil else { continue }
            proxy.backends[name] = ObservedBackend(name: name, id: 0)
        }
    }

    /// Backends that Apus made carry a guid as well.
    mutating func addGUIDs(_ guids: [String]) {
        let owners = Self.owners(guids)
        guard !owners.isEmpty else { return }
        for backend in proxy.backends.keys.sorted() {
            if let hash = UInt64(BackendIdentity.nameHash(of: backend), radix: 16),
                let guid = owners[hash]
            {
                proxy.backends[backend]?.guid = guid
            }
        }
    }

    /// The rows of `show stat` that are about backends; those without servers have some, too.
    mutating func addPublication(_ text: String) throws {
        for row in try StatTable.parse(text, keeping: [.proxyName, .status]).rows {
            // Behind what it would be otherwise: `UP (UNPUB)`.
            guard let word = row.text(.proxyName), let name = try? BackendName(word),
                row.text(.status)?.hasSuffix("(UNPUB)") == true
            else { continue }
            proxy.backends[name]?.isPublished = false
        }
    }

    mutating func addMap(_ name: PatternFileName, _ reply: RuntimeReply) throws {
        proxy.maps[name] = nil
        if let severity = reply.severity, severity.rawValue <= 3 {
            // A map the proxy does not know is absent, which the planner reports.
            guard reply.text.hasPrefix("Unknown map") else {
                throw client.rejection(of: .showMap(PatternReference(name: name.text)), reply.text)
            }
            return
        }
        let rows = try MapDump.parse(reply.text).rows
        proxy.maps[name] = ObservedMap(
            name: name,
            entries: rows.map { MapEntry(key: $0.key, value: $0.value) }
        )
    }
}

extension ObservedServer {
    /// `enum chk_result`: a check passed, or passed on condition.
    private static let checkPassed = 3

    /// From a row of `show servers state`, which does not tell everything.
    init(name: ServerName, _ row: ServerStateRow) {
        self.init(name: name, id: row.serverID, endpoint: row.endpoint)
        admin = row.adminState
        weight = Weight(min(256, max(0, row.userWeight))) ?? .one
        operational = row.operational ?? .stopped
        isChecked = row.isCheckConfigured
        isCheckEnabled = row.isCheckEnabled
        hasPassedCheck = !row.isCheckConfigured || row.checkResult >= Self.checkPassed
        isAgentChecked = row.agentBits & ServerStateRow.Check.enabled != 0
        checkAddress = row.checkAddress
        checkPort = row.checkPort
        agentAddress = row.agentAddress
        agentPort = row.agentPort
    }

    /// What only `show stat` tells; an unlimited server has an empty column.
    fileprivate mutating func add(_ stat: StatRow) {
        maxconn = stat.number(.slim) ?? 0
        isBackup = stat.number(.bck) == 1
        currentSessions = stat.number(.scur)
    }
}

extension UInt8 {
    /// As a digit; nil for what is none.
    fileprivate var hexadecimalValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension RuntimeClient {
    /// What parsing replies threw, as an error on this proxy.
    func unreadable(_ error: any Error) -> FleetError {
        switch error {
        case let error as FleetError: error
        case let error as TableError: self.error(.unreadable("\(error)"))
        default: self.error(.unreachable("\(error)"))
        }
    }

    /// The error in a reply that should be a table or silence; nil when there is none.
    func complaint(about command: RuntimeCommand, in reply: RuntimeReply) -> FleetError? {
        let isError = (reply.severity?.rawValue ?? 7) <= RuntimeReply.Severity.error.rawValue
        guard isError || reply.text.hasPrefix("Unknown command") else { return nil }
        return rejection(of: command, reply.text)
    }

    /// The proxy's refusal of a command, its words made printable.
    func rejection(of command: RuntimeCommand, _ words: String) -> FleetError {
        let text = Self.printable(command.text, limit: 160)
        if words.hasPrefix("Permission denied") { return error(.wrongLevel(command: text)) }
        return error(.rejected(command: text, words: Self.printable(words, limit: 400)))
    }

    /// One line without control characters.
    private static func printable(_ text: String, limit: Int) -> String {
        var line = ""
        for scalar in text.unicodeScalars.prefix(limit) {
            if scalar == "\n" {
                line += "; "
            } else if scalar.value < 32 || scalar.value == 127 {
                line += scalar.escaped(asASCII: true)
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
        return text.unicodeScalars.count > limit ? line + "…" : line
    }
}
