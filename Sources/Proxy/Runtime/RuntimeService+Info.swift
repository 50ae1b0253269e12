import Model
import RuntimeAPI

extension RuntimeService {
    /// `show info`: HAProxy 3.0's fields as far as they mean something here, in its order, then ours.
    func info(now: Milliseconds) -> InfoTable {
        let counters = plane.processCounters()
        let uptime = now.count / 1000
        let fields: [(String, String)] = [
            ("Name", "apus-proxy"),
            ("Version", Self.version),
            ("Release_date", "2026/11/23"),
            ("Nbthread", "\(identity.threads)"),
            ("Nbproc", "1"),
            ("Process_num", "1"),
            ("Pid", "\(identity.pid)"),
            ("Uptime", Self.uptime(uptime)),
            ("Uptime_sec", "\(uptime)"),
            ("Ulimit-n", "\(identity.descriptorLimit)"),
            ("Maxsock", "\(identity.descriptorLimit)"),
            ("Maxconn", "\(table.maxconn)"),
            ("Hard_maxconn", "\(configuration.maxconn)"),
            ("CurrConns", "\(counters.currentConnections)"),
            ("CumConns", "\(counters.totalConnections)"),
            ("CumReq", "\(counters.totalRequests)"),
            ("ConnRate", "\(processRate.rate)"),
            ("ConnRateLimit", "\(table.rateLimits[.connections] ?? 0)"),
            ("MaxConnRate", "\(processRate.most)"),
            ("SessRate", "\(processRate.rate)"),
            ("SessRateLimit", "\(table.rateLimits[.sessions] ?? 0)"),
            ("MaxSessRate", "\(processRate.most)"),
            ("node", identity.node),
            ("description", configuration.description),
            ("Stopping", isStopping ? "1" : "0"),
            (
                "Listeners",
                "\(table.frontends.reduce(0) { $0 + $1.binds.count } + configuration.statsSockets.count)"
            ),
            ("Start_time_sec", "\(identity.startTime)"),
            ("Features", Self.features.joined(separator: ",")),
        ]
        return InfoTable(
            entries: fields.filter { $0.0 != "description" || !$0.1.isEmpty }.map {
                InfoEntry($0.0, $0.1)
            }
        )
    }

    /// `0d 0h00m48s`.
    private static func uptime(_ seconds: Int) -> String {
        let minutes = seconds / 60 % 60
        let rest = seconds % 60
        return "\(seconds / 86_400)d \(seconds / 3600 % 24)h\(minutes < 10 ? "0" : "")\(minutes)m"
            + "\(rest < 10 ? "0" : "")\(rest)s"
    }
}
