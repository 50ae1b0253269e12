import Model
import Planning
import RuntimeAPI

extension Observer {
    /// Reads everything a plan depends on in one batch.
    static func read(
        _ client: RuntimeClient,
        _ scope: ObservationScope
    ) async throws(FleetError) -> ObservedProxy {
        var commands: [RuntimeClient.Command] = [
            (.showServersState(backend: nil), payload: nil),
            (.showBackend, payload: nil),
            (.showStat(statFilter(client.capabilities), .plain), payload: nil),
        ]
        if client.capabilities.hasGUID { commands.append((.dumpStatsFile, payload: nil)) }
        commands += scope.maps.map { (.showMap(PatternReference(name: $0.text)), payload: nil) }
        let replies = try await client.replies(to: commands)
        let firstMap = commands.count - scope.maps.count
        let isMap = { (index: Int) in index >= firstMap }
        for (index, reply) in replies.enumerated() where !isMap(index) {
            if let complaint = client.complaint(about: commands[index].0, in: reply) {
                throw complaint
            }
        }
        var reading = Reading(client)
        do {
            try reading.addServers(replies[0].text, stat: replies[2].text)
            try reading.addEmptyBackends(replies[1].text)
            reading.addPublication()
            if client.capabilities.hasGUID { try reading.addGUIDs(replies[3].text) }
            for (map, reply) in zip(scope.maps, replies[firstMap...]) {
                try reading.addMap(map, reply)
            }
        } catch let error as TableError {
            throw client.error(.unreadable("\(error)"))
        } catch {
            throw client.error(.unreachable("\(error)"))
        }
        guard !scope.lists.isEmpty || !scope.limits.isEmpty else { return reading.proxy }
        return try await addListsAndLimits(to: reading.proxy, client, scope)
    }

    /// Servers, and the backends too where they can be unpublished.
    private static func statFilter(_ capabilities: ProxyCapabilities) -> StatFilter {
        var filter = StatFilter()
        filter.types = capabilities.hasBackendCommands ? 6 : 4
        return filter
    }
}

/// Puts one observation together from the tables it comes in.
private struct Reading {
    private(set) var proxy: ObservedProxy
    private var unpublished: Set<String> = []
    private let client: RuntimeClient

    init(_ client: RuntimeClient) {
        self.client = client
        proxy = ObservedProxy(
            name: client.target.name,
            incarnation: client.incarnation,
            capabilities: client.capabilities
        )
    }

    mutating func addServers(_ state: String, stat: String) throws {
        let stats = try stats(stat)
        // Rows of one backend come together; one at a time is built outside the dictionary.
        var current: (text: String, backend: ObservedBackend, stats: [String: StatRow])?
        for row in try ServerStateTable.parse(state).rows {
            if current?.text != row.backendName {
                keep(current?.backend)
                current = nil
                guard let name = try? BackendName(row.backendName) else { continue }
                let backend = proxy.backends[name] ?? ObservedBackend(name: name, id: row.backendID)
                current = (row.backendName, backend, stats[row.backendName] ?? [:])
            }
            guard let name = try? ServerName(row.serverName) else { continue }
            var server = ObservedServer(name: name, row)
            if let stat = current?.stats[row.serverName] { server.add(stat) }
            current?.backend.servers[name] = server
        }
        keep(current?.backend)
    }

    private mutating func keep(_ backend: ObservedBackend?) {
        if let backend { proxy.backends[backend.name] = backend }
    }

    private mutating func stats(_ text: String) throws -> [String: [String: StatRow]] {
        let wanted: Set<StatField> = [.proxyName, .serverName, .slim, .scur, .bck, .status]
        var stats: [String: [String: StatRow]] = [:]
        for row in try StatTable.parse(text, keeping: wanted).rows {
            guard let backend = row.text(.proxyName), let server = row.text(.serverName) else {
                continue
            }
            if server == "BACKEND" {
                // Behind what it would be otherwise: `UP (UNPUB)`.
                if row.text(.status)?.hasSuffix("(UNPUB)") == true { unpublished.insert(backend) }
                continue
            }
            stats[backend, default: [:]][server] = row
        }
        return stats
    }

    /// `show servers state` is silent about backends without servers.
    mutating func addEmptyBackends(_ text: String) throws {
        for word in try BackendList.parse(text).names {
            guard let name = try? BackendName(word), proxy.backends[name] == nil else { continue }
            proxy.backends[name] = ObservedBackend(name: name, id: 0)
        }
    }

    /// Backends without servers have rows, too.
    mutating func addPublication() {
        for word in unpublished.sorted() {
            guard let name = try? BackendName(word) else { continue }
            proxy.backends[name]?.isPublished = false
        }
    }

    /// A stats file names objects by guid alone; ours hold a hash of the server's name.
    mutating func addGUIDs(_ text: String) throws {
        let guids = try StatsFile.parse(text).guids.filter { $0.hasPrefix("apus:") }
        guard !guids.isEmpty else { return }
        var owners: [Substring: String] = [:]
        for guid in guids {
            let parts = guid.split(separator: ":", omittingEmptySubsequences: false)
            if parts.count == 3 { owners[parts[1]] = guid }
        }
        for backend in proxy.backends.keys.sorted() {
            let hash = BackendIdentity.nameHash(of: backend)
            proxy.backends[backend]?.guid = owners[hash[...]]
            for name in (proxy.backends[backend]?.servers ?? [:]).keys.sorted() {
                let own = ServerIdentity.guid(
                    of: ServerPath(backend, name),
                    attributes: ServerAttributes()
                )
                let parts = own.split(separator: ":", omittingEmptySubsequences: false)
                if let guid = owners[parts[1]] {
                    proxy.backends[backend]?.servers[name]?.guid = guid
                }
            }
        }
    }

    mutating func addMap(_ name: PatternFileName, _ reply: RuntimeReply) throws {
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

    fileprivate init(name: ServerName, _ row: ServerStateRow) {
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

extension RuntimeClient {
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
