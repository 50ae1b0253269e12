import Model

extension RuntimeService {
    /// What SIGHUP prints: a line a server, then one a backend, as HAProxy's (`sig_dump_state`, 2.6).
    var statusLines: [String] {
        table.backends.flatMap { backend in
            let name = backend.configuration.name
            let lines = backend.servers.map { server in
                let counters = plane.counters(of: server.slot)
                return "SIGHUP: Server \(name)/\(server.name) is "
                    + "\(server.operational == .stopped ? "DOWN" : "UP"). Conn: "
                    + "\(counters.currentSessions) act, 0 pend, \(counters.totalSessions) tot."
            }
            let up = backend.servers.count { $0.isUsable && !$0.isBackup }
            let backups = backend.servers.count { $0.isUsable && $0.isBackup }
            let total = plane.counters(ofBackend: backend.number)
            return lines + [
                "SIGHUP: Proxy \(name) has \(up) active servers and \(backups) backup servers available. Conn: "
                    + "act(FE+BE): 0+\(total.currentSessions), 0 pend (0 unass), tot(FE+BE): 0+\(total.totalSessions)."
            ]
        }
    }
}
