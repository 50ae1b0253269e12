import Model
import RuntimeAPI

/// Fills the rows of `show stat`, leaving empty exactly what HAProxy 3.0 leaves empty.
struct StatReport {
    let table: BackendTable
    let plane: any DataPlane
    let configuration: ProxyConfiguration
    let now: Milliseconds
    /// By frontend number.
    let rates: [FrontendRates]
    /// Addresses, modes and algorithms are for operators (`STAT_F_SHLGNDS`).
    let showsLegends: Bool

    /// The rows a filter lets through, proxies in order of their ids; nil when it names a proxy nobody has.
    func rows(_ filter: StatFilter) -> [StatRow]? {
        let ids = Set(table.frontends.map(\.id) + table.backends.map(\.configuration.id))
        var wanted: Set<Int> = ids
        if let proxy = filter.proxy {
            let named =
                table.frontends.filter { $0.name == proxy }.map(\.id)
                + table.backends.filter { $0.configuration.name == proxy }.map(\.configuration.id)
            let number = Int(proxy).map { [$0] } ?? []
            guard !named.isEmpty || !number.isEmpty else { return nil }
            wanted = Set(named.isEmpty ? number : named)
        }
        return ids.sorted().filter(wanted.contains).flatMap { rows(ofProxy: $0, filter) }
    }

    private func rows(ofProxy id: Int, _ filter: StatFilter) -> [StatRow] {
        var rows: [StatRow] = []
        if filter.types & 1 != 0, let number = table.frontends.firstIndex(where: { $0.id == id }) {
            rows.append(row(ofFrontend: number))
        }
        guard let backend = table.backends.first(where: { $0.configuration.id == id }) else {
            return rows
        }
        if filter.types & 4 != 0 {
            for server in backend.servers where filter.server == -1 || filter.server == server.id {
                if filter.skipsMaintenance, server.isInMaintenance { continue }
                if filter.isUpOnly, server.isInMaintenance || server.operational == .stopped {
                    continue
                }
                rows.append(row(of: server, in: backend))
            }
        }
        if filter.types & 2 != 0 { rows.append(row(of: backend)) }
        return rows
    }

    // MARK: Frontends

    private func row(ofFrontend number: Int) -> StatRow {
        let frontend = table.frontends[number]
        let counters = plane.counters(ofFrontend: number)
        var row = StatRow()
        row.append(.proxyName, .text(frontend.name))
        row.append(.serverName, .text("FRONTEND"))
        row.append(.scur, counters.currentSessions)
        row.append(.smax, counters.maxSessions)
        let record = table.frontendRecords[number]
        row.append(.slim, record.maxconn > 0 ? record.maxconn : configuration.maxconn)
        row.append(.stot, counters.totalSessions)
        row.append(.bin, counters.bytesIn)
        row.append(.bout, counters.bytesOut)
        row.append(.dreq, counters.deniedRequests)
        row.append(.dresp, 0)
        row.append(.ereq, counters.requestErrors)
        row.append(.status, .text(record.statusText))
        row.append(identity: frontend.id, server: 0)
        row.append(.type, 0)
        let rates = rates[number]
        row.append(.rate, rates.sessions.rate)
        row.append(.rateLim, 0)
        row.append(.rateMax, rates.sessions.most)
        row.append(responses: counters.responses)
        row.append(.reqRate, rates.requests.rate)
        row.append(.reqRateMax, rates.requests.most)
        row.append(.reqTot, counters.requests)
        row.append(zeros: [.compIn, .compOut, .compByp, .compRsp])
        if showsLegends { row.append(.mode, .text(Self.mode(frontend.options))) }
        row.append(.connRate, rates.sessions.rate)
        row.append(.connRateMax, rates.sessions.most)
        row.append(.connTot, counters.totalSessions)
        row.append(.intercepted, counters.intercepted)
        row.append(zeros: [.dcon, .dses, .wrew, .cacheLookups, .cacheHits, .eint, .sessOther])
        row.append(.h1sess, counters.totalSessions)
        row.append(zeros: [.h2sess, .h3sess, .reqOther])
        row.append(.h1req, counters.requests)
        row.append(zeros: [.h2req, .h3req])
        return row
    }

    // MARK: Servers

    private func row(of server: ServerRecord, in backend: BackendRecord) -> StatRow {
        let counters = plane.counters(of: server.slot)
        var row = StatRow()
        row.append(.proxyName, .text(backend.configuration.name))
        row.append(.serverName, .text(server.name))
        row.append(.qcur, counters.queued)
        row.append(.qmax, counters.maxQueued)
        row.append(.scur, counters.currentSessions)
        row.append(.smax, counters.maxSessions)
        if server.maxconn > 0 { row.append(.slim, server.maxconn) }
        row.append(.stot, counters.totalSessions)
        row.append(.bin, counters.bytesIn)
        row.append(.bout, counters.bytesOut)
        row.append(.dresp, 0)
        row.append(.econ, counters.connectErrors)
        row.append(.eresp, counters.responseErrors)
        row.append(.wretr, counters.retries)
        row.append(.wredis, counters.redispatches)
        row.append(.status, .text(server.statusText))
        row.append(.weight, Self.rounded(server.scaledWeight))
        row.append(.act, server.isBackup ? 0 : 1)
        row.append(.bck, server.isBackup ? 1 : 0)
        if server.isCheckEnabled {
            row.append(.chkfail, server.failedChecks)
            row.append(.chkdown, server.falls)
        }
        row.append(.lastchg, (now.count - server.lastChange.count) / 1000)
        if server.isCheckEnabled { row.append(.downtime, server.downtime(now: now) / 1000) }
        row.append(identity: backend.configuration.id, server: server.id)
        if let throttle = server.throttle { row.append(.throttle, throttle) }
        row.append(.lbtot, counters.totalSessions)
        if server.tracked != nil { row.append(.tracked, .text(server.trackedPath)) }
        row.append(.type, 2)
        row.append(.rate, server.sessions.rate)
        row.append(.rateMax, server.sessions.most)
        appendCheck(of: server, to: &row)
        row.append(responses: counters.responses)
        if server.attributes[.observe] != nil { row.append(.hanafail, server.analysisFailures) }
        row.append(.reqTot, counters.totalSessions)
        row.append(.cliAbrt, counters.clientAborts)
        row.append(.srvAbrt, counters.serverAborts)
        row.append(.lastsess, server.sessions.secondsSinceEvent(now: now))
        if isCheckShown(server), let detail = server.lastCheck?.detail, !detail.isEmpty {
            row.append(.lastChk, .text(detail))
        }
        row.append(averages: counters.times)
        if isCheckShown(server) {
            row.append(.checkDesc, .text((server.lastCheck?.status ?? .initializing).summary))
            row.append(.checkRise, server.history.rise)
            row.append(.checkFall, server.history.fall)
            row.append(.checkHealth, server.history.health)
        }
        appendAgent(of: server, to: &row)
        appendTail(of: server, backend, counters, to: &row)
        return row
    }

    /// A weight in sixteenths as the statistics show it.
    private static func rounded(_ scaled: Int) -> Int {
        (scaled + ServerRecord.fullWarmth - 1) / ServerRecord.fullWarmth
    }

    private func isCheckShown(_ server: ServerRecord) -> Bool { server.isChecked }

    private func appendCheck(of server: ServerRecord, to row: inout StatRow) {
        guard isCheckShown(server) else { return }
        row.append(.checkStatus, .text((server.lastCheck?.status ?? .initializing).rawValue))
        guard let check = server.lastCheck else { return }
        if let code = check.code { row.append(.checkCode, code) }
        row.append(.checkDuration, check.duration.count)
    }

    private func appendAgent(of server: ServerRecord, to row: inout StatRow) {
        guard let agent = server.agent, agent.isEnabled else { return }
        let status = agent.last?.status ?? .initializing
        row.append(.agentStatus, .text(status.rawValue))
        row.append(.agentDesc, .text(status.summary))
        if let last = agent.last {
            if let code = last.code { row.append(.agentCode, code) }
            row.append(.agentDuration, last.duration.count)
            if !last.detail.isEmpty { row.append(.lastAgt, .text(last.detail)) }
        }
        row.append(.agentRise, 1)
        row.append(.agentFall, 1)
        row.append(.agentHealth, agent.isHealthy ? 1 : 0)
    }

    private func appendTail(
        of server: ServerRecord,
        _ backend: BackendRecord,
        _ counters: ServerCounters,
        to row: inout StatRow
    ) {
        if showsLegends {
            row.append(.addr, .text(Self.address(of: server.endpoint)))
            if let cookie = server.attributes.word(.cookie) { row.append(.cookie, .text(cookie)) }
            row.append(.mode, .text(Self.mode(backend.configuration.options)))
        }
        row.append(.wrew, 0)
        row.append(.connect, counters.connections)
        row.append(.reuse, counters.reuses)
        row.append(.srvIcur, counters.idleConnections)
        row.append(maxima: counters.times)
        row.append(.eint, 0)
        row.append(.idleConnCur, 0)
        row.append(.safeConnCur, counters.idleConnections)
        row.append(.usedConnCur, counters.usedConnections)
        row.append(.needConnEst, counters.usedConnections)
        row.append(.uweight, server.weight)
        row.append(.srid, server.revision)
    }

    private static func mode(_ options: ForwardingOptions) -> String {
        options.isTCP ? "tcp" : "http"
    }

    /// As the `addr` column spells it.
    static func address(of endpoint: Endpoint) -> String {
        switch endpoint {
        case .ipv4(let address, let port): "\(address):\(port)"
        case .ipv6(let address, let port): "[\(address)]:\(port)"
        case .unix, .abstract: "unix"
        }
    }

    // MARK: Backends

    private func row(of backend: BackendRecord) -> StatRow {
        let settings = backend.configuration
        let own = plane.counters(ofBackend: backend.number)
        let usable = backend.servers.filter(\.isUsable)
        let active = usable.filter { !$0.isBackup }
        let weight = Self.rounded(
            (active.isEmpty ? usable : active).reduce(0) { $0 + $1.scaledWeight }
        )
        let sums = sums(of: backend)
        var row = StatRow()
        row.append(.proxyName, .text(settings.name))
        row.append(.serverName, .text("BACKEND"))
        row.append(.qcur, own.queued)
        row.append(.qmax, own.maxQueued)
        row.append(.scur, own.currentSessions)
        row.append(.smax, max(own.currentSessions, 0))
        row.append(.slim, sessionLimit(of: backend))
        row.append(.stot, own.totalSessions)
        row.append(.bin, own.bytesIn)
        row.append(.bout, own.bytesOut)
        row.append(zeros: [.dreq, .dresp])
        row.append(.econ, sums.connectErrors + own.unserved)
        row.append(.eresp, sums.responseErrors)
        row.append(.wretr, sums.retries)
        row.append(.wredis, sums.redispatches)
        row.append(.status, .text(backend.statusText))
        row.append(.weight, weight)
        row.append(.act, active.count)
        row.append(.bck, usable.count - active.count)
        row.append(.chkdown, backend.falls)
        row.append(.lastchg, (now.count - backend.lastChange.count) / 1000)
        row.append(.downtime, backend.downtime(now: now) / 1000)
        row.append(identity: settings.id, server: 0)
        row.append(.lbtot, own.totalSessions)
        row.append(.type, 1)
        row.append(.rate, backend.sessions.rate)
        row.append(.rateMax, backend.sessions.most)
        row.append(responses: own.responses)
        row.append(.reqTot, own.totalSessions)
        row.append(.cliAbrt, own.clientAborts)
        row.append(.srvAbrt, own.serverAborts)
        row.append(zeros: [.compIn, .compOut, .compByp, .compRsp])
        row.append(.lastsess, backend.sessions.secondsSinceEvent(now: now))
        row.append(averages: own.times)
        if showsLegends {
            row.append(.mode, .text(Self.mode(settings.options)))
            row.append(.algo, .text(Self.algorithm(of: settings.balance)))
        }
        row.append(.wrew, 0)
        row.append(.connect, sums.connections)
        row.append(.reuse, sums.reuses)
        row.append(zeros: [.cacheLookups, .cacheHits])
        row.append(maxima: own.times)
        row.append(.eint, 0)
        row.append(.uweight, weight)
        row.append(zeros: [.aggServerStatus, .aggServerCheckStatus, .aggCheckStatus])
        return row
    }

    private func sums(of backend: BackendRecord) -> ServerCounters {
        var sums = ServerCounters()
        for server in backend.servers {
            let counters = plane.counters(of: server.slot)
            sums.connectErrors += counters.connectErrors
            sums.responseErrors += counters.responseErrors
            sums.retries += counters.retries
            sums.redispatches += counters.redispatches
            sums.connections += counters.connections
            sums.reuses += counters.reuses
        }
        return sums
    }

    /// HAProxy's `fullconn`: a tenth of what the frontends in front of it may bring, at least 1.
    private func sessionLimit(of backend: BackendRecord) -> Int {
        let total = table.frontends.filter { frontend in
            frontend.defaultBackend == backend.number
                || frontend.routedBackends.contains(backend.number)
        }.reduce(0) { $0 + ($1.maxconn > 0 ? $1.maxconn : configuration.maxconn) }
        return max(1, (total + 9) / 10)
    }

    /// The name after `balance`.
    static func algorithm(of balance: BalanceConfiguration) -> String {
        switch (balance.algorithm, balance.hashInput) {
        case (.roundRobin, _): "roundrobin"
        case (.leastConnections, _): "leastconn"
        case (.random, _): "random"
        case (.first, _): "first"
        case (.staticRoundRobin, _): "static-rr"
        case (.consistentHash, .uri), (.mapHash, .uri): "uri"
        case (.consistentHash, .header), (.mapHash, .header): "hdr"
        case (.consistentHash, .parameter), (.mapHash, .parameter): "url_param"
        case (.consistentHash, .expression), (.mapHash, .expression): "hash"
        case (.consistentHash, _), (.mapHash, _): "source"
        }
    }
}

extension StatRow {
    fileprivate mutating func append(_ field: StatField, _ number: Int) {
        append(field, .number(number))
    }

    fileprivate mutating func append(zeros fields: [StatField]) {
        for field in fields { append(field, .number(0)) }
    }

    fileprivate mutating func append(averages times: TimeStatistics) {
        append(.qtime, times.queue)
        append(.ctime, times.connect)
        append(.rtime, times.response)
        append(.ttime, times.total)
    }

    fileprivate mutating func append(maxima times: TimeStatistics) {
        append(.qtimeMax, times.maxQueue)
        append(.ctimeMax, times.maxConnect)
        append(.rtimeMax, times.maxResponse)
        append(.ttimeMax, times.maxTotal)
    }

    fileprivate mutating func append(identity proxy: Int, server: Int) {
        append(.pid, .number(1))
        append(.iid, .number(proxy))
        append(.sid, .number(server))
    }

    fileprivate mutating func append(responses: InlineArray<6, Int>) {
        let fields: [StatField] = [.hrsp1xx, .hrsp2xx, .hrsp3xx, .hrsp4xx, .hrsp5xx, .hrspOther]
        for (index, field) in fields.enumerated() { append(field, .number(responses[index])) }
    }
}
