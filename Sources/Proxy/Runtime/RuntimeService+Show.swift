import Model
import RuntimeAPI

extension RuntimeService {
    /// What the Runtime API of this proxy is compatible with, and its own name.
    static let version = "3.2.0-apus"
    /// Extensions beyond HAProxy, announced in `show info`.
    static let features = [
        "dynamic-backends", "show-servers-config", "show-state-digest", "state-file",
        "transactions",
    ]

    /// Commands that only look; nil for every other command.
    func show(_ command: RuntimeCommand, level: AccessLevel, now: Milliseconds) -> RuntimeReply? {
        switch command {
        case .showInfo(let format): RuntimeReply(text: info(now: now).text(format))
        case .showVersion: .info(Self.version)
        case .showBackend:
            RuntimeReply(text: BackendList(names: table.backends.map(\.configuration.name)).text)
        case .showDefaults:
            RuntimeReply(text: table.population.defaults.map { "\($0.name)\n" }.joined())
        case .showStat(let filter, let format): showStat(filter, format, level: level, now: now)
        case .showServersState(let name):
            reply(
                with: selected(name).map { list in
                    ServerStateTable(rows: list.flatMap { stateRows(of: $0, now: now) }).text
                }
            )
        case .showServersConn(let name):
            reply(
                with: selected(name).map { list in
                    ServerConnTable(rows: list.flatMap { connRows(of: $0) }).text(
                        threads: identity.threads
                    )
                }
            )
        case .showServersConfig(let name):
            reply(
                with: selected(name).map { list in
                    ServerConfigTable(rows: list.flatMap { Self.configRows(of: $0) }).text
                }
            )
        case .showErrors(let proxy, let side): showErrors(of: proxy, side)
        case .showCLISockets: RuntimeReply(text: cliSockets)
        case .showEnvironment(let name): showEnvironment(name)
        case .showStateDigest(let proxy): showDigest(of: proxy)
        case .dumpStatsFile: RuntimeReply(text: statsFile(now: now).text)
        default: nil
        }
    }

    private var cliSockets: String {
        "# socket lvl processes\n"
            + configuration.statsSockets.map { "\($0.text) \($0.level) all\n" }.joined()
    }

    private func showEnvironment(_ name: String?) -> RuntimeReply {
        guard let name else {
            let lines = identity.environment.sorted { $0.key < $1.key }.map { "\($0)=\($1)\n" }
            return RuntimeReply(text: lines.joined())
        }
        guard let value = identity.environment[name] else { return .error("Variable not found") }
        return RuntimeReply(text: "\(name)=\(value)")
    }

    private func selected(_ reference: String?) -> [BackendRecord]? {
        guard let reference else { return table.backends }
        return table.backend(reference).map { [$0] }
    }

    private func reply(with text: String?) -> RuntimeReply {
        text.map { RuntimeReply(text: $0) } ?? .error("Can't find backend.")
    }

    private func showStat(
        _ filter: StatFilter,
        _ format: OutputFormat,
        level: AccessLevel,
        now: Milliseconds
    ) -> RuntimeReply {
        let report = StatReport(
            table: table,
            plane: plane,
            configuration: configuration,
            now: now,
            rates: frontendRates,
            showsLegends: level >= .operator
        )
        guard let rows = report.rows(filter) else { return .error("No such proxy.") }
        return RuntimeReply(text: StatTable(rows: rows).text(format))
    }

    private func stateRows(of backend: BackendRecord, now: Milliseconds) -> [ServerStateRow] {
        backend.servers.map { server in
            var row = ServerStateRow(
                backendID: backend.configuration.id,
                backendName: backend.configuration.name,
                serverID: server.id,
                serverName: server.name
            )
            row.address = Self.host(of: server.endpoint)
            row.operationalState = server.operational.rawValue
            row.adminBits = server.adminBits
            row.userWeight = server.weight
            row.initialWeight = server.initialWeight
            row.timeSinceChange = (now.count - server.lastChange.count) / 1000
            let status = server.lastCheck?.status ?? .initializing
            row.checkStatus = status.number
            row.checkResult = status.result
            row.checkHealth = server.history.health
            row.checkBits = server.checkBits
            row.agentBits = server.agentBits
            row.agentAddress = server.agent?.address.flatMap(Self.host)
            row.agentPort = server.agent?.port ?? 0
            row.serverForcedID = server.hasForcedID ? 1 : 0
            row.usesSSL = server.options.tls.isPresent
            row.port = server.endpoint.port.map(Int.init) ?? 0
            row.checkPort = server.checkPort ?? 0
            row.checkAddress = server.checkAddress.flatMap(Self.host)
            return row
        }
    }

    /// An IP address; nil for sockets, which HAProxy prints as `-`.
    private static func host(of endpoint: Endpoint) -> String? {
        switch endpoint {
        case .ipv4, .ipv6: endpoint.host
        case .unix, .abstract: nil
        }
    }

    private func connRows(of backend: BackendRecord) -> [ServerConnRow] {
        backend.servers.map { server in
            let counters = plane.counters(of: server.slot)
            var row = ServerConnRow(
                server: ServerReference(backend: backend.configuration.name, server: server.name),
                backendID: backend.configuration.id,
                serverID: server.id,
                address: Self.host(of: server.endpoint) ?? "-"
            )
            row.port = server.endpoint.port.map(Int.init) ?? 0
            row.usedCurrent = counters.usedConnections
            row.usedMax = counters.usedConnections
            row.neededEstimate = counters.usedConnections
            row.safeIdle = counters.idleConnections
            row.idleCurrent = counters.idleConnections
            row.idlePerThread =
                [counters.idleConnections]
                + Array(repeating: 0, count: max(0, identity.threads - 1))
            return row
        }
    }

    private static func configRows(of backend: BackendRecord) -> [ServerConfigRow] {
        backend.servers.map { server in
            ServerConfigRow(
                server: ServerReference(backend: backend.configuration.name, server: server.name),
                id: server.id,
                address: server.endpoint.description,
                arguments: server.attributes.command.split(separator: " ").map(String.init)
            )
        }
    }

    /// HAProxy 3.0 lists servers among the backends; only elements with a guid are dumped.
    private func statsFile(now: Milliseconds) -> StatsFile {
        var servers = StatsFileSection(kind: "be", columns: StatsFileColumns.backend)
        for backend in table.backends {
            for server in backend.servers {
                guard let guid = server.guid else { continue }
                let counters = plane.counters(of: server.slot)
                var cells = Array(repeating: "0", count: StatsFileColumns.backend.count)
                cells[0] = guid
                cells[1] = "\(counters.totalSessions)"
                cells[2] = "\(counters.bytesIn)"
                cells[3] = "\(counters.bytesOut)"
                cells[6] = "\(counters.connectErrors)"
                cells[7] = "\(counters.responseErrors)"
                cells[12] = "\((now.count - server.lastChange.count) / 1000)"
                cells[13] = "\(counters.totalSessions)"
                servers.rows.append(cells)
            }
        }
        return StatsFile(sections: [
            StatsFileSection(kind: "fe", columns: StatsFileColumns.frontend), servers,
        ])
    }
}

/// Headers of `dump stats-file` (HAProxy 3.0).
enum StatsFileColumns {
    static let frontend = """
        guid stot bin bout dreq dresp ereq rate hrsp_1xx hrsp_2xx hrsp_3xx hrsp_4xx hrsp_5xx hrsp_other \
        req_rate comp_in comp_out comp_byp comp_rsp conn_rate conn_tot intercepted dcon dses wrew \
        cache_lookups cache_hits eint h1sess h2sess h3sess req_other h1req h2req h3req
        """.split(separator: " ").map(String.init)

    static let backend = """
        guid stot bin bout dreq dresp econ eresp wretr wredis chkfail chkdown lastchg lbtot rate hrsp_1xx \
        hrsp_2xx hrsp_3xx hrsp_4xx hrsp_5xx hrsp_other hanafail req_tot cli_abrt srv_abrt comp_in comp_out \
        comp_byp comp_rsp lastsess wrew connect reuse cache_lookups cache_hits eint
        """.split(separator: " ").map(String.init)
}
