import Model
import Planning
import RuntimeAPI

extension Observer {
    /// Reads ACL files and limits: a batch of its own, which only fleets that declare some pay for.
    static func addListsAndLimits(
        to proxy: ObservedProxy,
        _ client: RuntimeClient,
        _ scope: ObservationScope
    ) async throws(FleetError) -> ObservedProxy {
        guard !scope.lists.isEmpty || !scope.limits.isEmpty else { return proxy }
        var filter = StatFilter()
        filter.types = 1
        var commands: [RuntimeClient.Command] = scope.lists.map {
            (.showAcl(PatternReference(name: $0.text)), payload: nil)
        }
        if !scope.limits.isEmpty {
            commands += [
                (.showInfo(.plain), payload: nil), (.showStat(filter, .plain), payload: nil),
            ]
        }
        let replies = try await client.replies(to: commands)
        var proxy = proxy
        do {
            for (list, reply) in zip(scope.lists, replies) {
                if let patterns = try patterns(in: reply) { proxy.acls[list] = patterns }
            }
            if !scope.limits.isEmpty {
                let info = try InfoTable.parse(replies[scope.lists.count].text)
                let frontends = try StatTable.parse(
                    replies[scope.lists.count + 1].text,
                    keeping: [.proxyName, .slim]
                )
                for target in scope.limits {
                    proxy.limits[target] = info.limit(target) ?? frontends.limit(target)
                }
            }
        } catch {
            throw client.error(.unreadable("\(error)"))
        }
        return proxy
    }

    /// Nil for a list that the proxy does not have, or for a proxy that has no commands for lists.
    private static func patterns(in reply: RuntimeReply) throws(TableError) -> [String]? {
        let isError = reply.severity.map { $0.rawValue <= RuntimeReply.Severity.error.rawValue }
        guard isError != true, !reply.text.hasPrefix("Unknown ") else { return nil }
        // A dump of patterns is one of keys whose rest, if there is any, belongs to them.
        return try MapDump.parse(reply.text).rows.map { row in
            row.value.isEmpty ? row.key : "\(row.key) \(row.value)"
        }
    }
}

extension InfoTable {
    /// A limit of the whole process; nil where this table does not show it.
    fileprivate func limit(_ target: LimitTarget) -> Int? {
        switch target {
        case .globalMaxconn: self["Maxconn"].flatMap { Int($0) }
        case .frontendMaxconn: nil
        case .rate(.connections): self["ConnRateLimit"].flatMap { Int($0) }
        case .rate(.sessions): self["SessRateLimit"].flatMap { Int($0) }
        case .rate(.sslSessions): self["SslRateLimit"].flatMap { Int($0) }
        // Shown in bytes, set in kilobytes.
        case .rate(.httpCompression):
            self["CompressBpsRateLim"].flatMap { Int($0) }.map { $0 / 1024 }
        }
    }
}

extension StatTable {
    /// A frontend's limit; nil when there is no such frontend.
    fileprivate func limit(_ target: LimitTarget) -> Int? {
        guard case .frontendMaxconn(let name) = target else { return nil }
        let row = rows.first { $0.text(.proxyName) == name.text }
        return row.map { $0.number(.slim) ?? 0 }
    }
}
