package import Model
import Planning
import RuntimeAPI

/// Everything a proxy shows of itself, read for `apus import`: more than any plan needs.
package struct Survey: Sendable {
    /// With every map and every ACL file that the proxy lists.
    package let observed: ObservedProxy
    /// What is shown of each server's attributes; the rest is hidden by the Runtime API.
    package let attributes: [ServerPath: ServerAttributes]
    /// Servers of which nothing is hidden (`show servers config`, apus-proxy).
    package let whole: Set<ServerPath>
    /// Servers whose address comes from DNS, so that it is not ours to write down.
    package let resolved: Set<ServerPath>
}

extension Observer {
    /// Connects, reads everything and closes; a part that could not be read makes the whole unknown.
    package func survey(_ target: ProxyTarget) async throws(FleetError) -> Survey {
        let client = try await RuntimeClient.open(
            target,
            over: transport,
            clock: clock,
            limits: limits,
            tried: "reading what it runs"
        )
        do {
            let survey = try await Self.survey(client)
            await client.close()
            return survey
        } catch {
            await client.close()
            throw error
        }
    }

    private static func survey(_ client: RuntimeClient) async throws(FleetError) -> Survey {
        var filter = StatFilter()
        filter.types = 4
        var commands: [RuntimeClient.Command] = [
            (.showMap(nil), payload: nil), (.showServersState(backend: nil), payload: nil),
            (.showStat(filter, .plain), payload: nil),
        ]
        let hasLists = client.capabilities.program == .haproxy
        if hasLists { commands.append((.showAcl(nil), payload: nil)) }
        let showsConfig = client.capabilities.features.contains("show-servers-config")
        if showsConfig { commands.append((.showServersConfig(backend: nil), payload: nil)) }
        let replies = try await client.replies(to: commands)
        for (command, reply) in zip(commands, replies) {
            if let complaint = client.complaint(about: command.0, in: reply) { throw complaint }
        }
        var reading = SurveyReading()
        let maps: [PatternFileName]
        let lists: [PatternFileName]
        do {
            maps = try files(in: replies[0])
            // A map whose keys an ACL tests is listed as both, and changed as a map.
            lists = hasLists ? try files(in: replies[3]).filter { !maps.contains($0) } : []
            if showsConfig, let last = replies.last { try reading.addConfiguration(last.text) }
            try reading.addState(replies[1].text)
            try reading.addStatistics(replies[2].text)
        } catch {
            throw client.error(.unreadable("\(error)"))
        }
        let observed = try await read(client, ObservationScope(maps: maps, lists: lists))
        return Survey(
            observed: observed,
            attributes: reading.attributes,
            whole: reading.whole,
            resolved: reading.resolved
        )
    }
}

extension Observer {
    /// Names in `show map` and `show acl`, which are alike; patterns written in the boot file have none.
    private static func files(in reply: RuntimeReply) throws(TableError) -> [PatternFileName] {
        let names = try MapList.parse(reply.text).rows.compactMap { try? PatternFileName($0.file) }
        return Set(names).sorted()
    }
}

/// Puts together what several tables show of each server's attributes.
private struct SurveyReading {
    private(set) var attributes: [ServerPath: ServerAttributes] = [:]
    private(set) var whole: Set<ServerPath> = []
    private(set) var resolved: Set<ServerPath> = []

    /// Comes first: what it shows was true when the server was added, and some of it can change.
    mutating func addConfiguration(_ text: String) throws(TableError) {
        for row in try ServerConfigTable.parse(text).rows {
            guard let path = row.path else { continue }
            attributes[path] = row.attributes
            whole.insert(path)
        }
    }

    mutating func addState(_ text: String) throws(TableError) {
        for row in try ServerStateTable.parse(text).rows {
            guard let path = Self.path(row.backendName, row.serverName) else { continue }
            if row.fqdn != nil || row.srvRecord != nil { resolved.insert(path) }
            var own = attributes[path] ?? ServerAttributes()
            own.show(.weight, row.userWeight, unless: 1)
            if !whole.contains(path) {
                own[.check] = row.isCheckConfigured ? .flag : nil
                if row.usesSSL { own[.ssl] = .flag }
            }
            let host = row.endpoint?.host
            if row.isCheckConfigured {
                own.show(.addr, row.checkAddress, unless: host)
                own.show(.port, row.checkPort, unless: row.checkPort == row.port ? row.port : 0)
            }
            if row.agentBits & ServerStateRow.Check.configured != 0 {
                own[.agentCheck] = .flag
                own.show(.agentAddr, row.agentAddress, unless: host)
                own.show(.agentPort, row.agentPort, unless: 0)
            }
            attributes[path] = own
        }
    }

    mutating func addStatistics(_ text: String) throws(TableError) {
        let wanted: Set<StatField> = [
            .proxyName, .serverName, .slim, .qlimit, .bck, .tracked, .checkRise, .checkFall,
            .cookie,
        ]
        for row in try StatTable.parse(text, keeping: wanted).rows {
            guard let backend = row.text(.proxyName), let server = row.text(.serverName),
                let path = Self.path(backend, server), var own = attributes[path]
            else { continue }
            own.show(.maxconn, row.number(.slim) ?? 0, unless: 0)
            if !whole.contains(path) { Self.add(row, to: &own) }
            attributes[path] = own
        }
    }

    /// What only a replacement changes.
    private static func add(_ row: StatRow, to own: inout ServerAttributes) {
        own.show(.maxqueue, row.number(.qlimit) ?? 0, unless: 0)
        own[.backup] = row.number(.bck) == 1 ? .flag : nil
        if let tracked = row.text(.tracked), !tracked.isEmpty { own[.track] = .word(tracked) }
        if own[.check] != nil {
            own[.rise] = row.number(.checkRise).map { .integer($0) }
            own[.fall] = row.number(.checkFall).map { .integer($0) }
        }
        if let cookie = row.text(.cookie), !cookie.isEmpty {
            own[.cookie] = AttributeValue(cookie, for: .cookie)
        }
    }

    /// Nil for names that only the proxy itself can give, such as `<HTTPCLIENT>`.
    private static func path(_ backend: String, _ server: String) -> ServerPath? {
        guard let backend = try? BackendName(backend), let server = try? ServerName(server) else {
            return nil
        }
        return ServerPath(backend, server)
    }
}

extension ServerAttributes {
    /// Sets a number that is shown, or nothing when it is what a server has without the keyword.
    fileprivate mutating func show(
        _ attribute: ServerAttribute,
        _ number: Int,
        unless absent: Int
    ) {
        self[attribute] =
            number == absent ? nil : AttributeValue(String(number), for: attribute)
    }

    fileprivate mutating func show(
        _ attribute: ServerAttribute,
        _ text: String?,
        unless absent: String?
    ) {
        self[attribute] = text == absent ? nil : text.flatMap { AttributeValue($0, for: attribute) }
    }
}
