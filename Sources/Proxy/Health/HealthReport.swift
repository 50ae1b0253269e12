import Model

/// One line about the health of a server or a backend, for the log.
package struct HealthEvent: Hashable, Sendable {
    /// The log of its backend, as numbers in `ProxyConfiguration.logTargets`.
    package let targets: [Int]
    package let level: SyslogLevel
    package let text: String
}

/// Words for what becomes of a server, as HAProxy 2.6 has them (`set_server_check_status`, `srv_update_status`).
struct HealthReport {
    /// A server as far as transitions are concerned.
    struct View: Hashable {
        var isInMaintenance: Bool
        /// By command, not because a server that it tracks is.
        var isForced = true
        var isDraining: Bool
        var isStopped: Bool
        var isStopping: Bool
    }

    /// What there is beside the server.
    struct Surroundings {
        var active = 0
        var backup = 0
        var sessions = 0
        var queued = 0
    }

    let backend: String
    let server: String
    let isBackup: Bool
    /// The server that it tracks, as `backend/server`.
    var tracked = ""

    private var via: String { tracked.isEmpty ? "" : " via \(tracked)" }

    private var name: String { "\(isBackup ? "Backup server" : "Server") \(backend)/\(server)" }

    /// A check that changed something (`option log-health-checks`).
    func check(_ result: CheckResult, isAgent: Bool, status: String) -> String {
        let outcome =
            result.status == .layer7Conditional
            ? "conditionally succeeded" : result.status.isPassed ? "succeeded" : "failed"
        return "\(isAgent ? "Agent" : "Health") check for \(isBackup ? "backup " : "")server "
            + "\(backend)/\(server) \(outcome)\(Self.reason(result)), status: \(status)."
    }

    /// `, reason: …` of a result.
    static func reason(_ result: CheckResult) -> String {
        var text = ", reason: \(result.status.summary)"
        if let code = result.code { text += ", code: \(code)" }
        if !result.detail.isEmpty {
            // One line whatever a server says.
            let safe = result.detail.unicodeScalars.map { scalar in
                scalar.value < 32 || scalar.value == 127 || scalar == "\""
                    ? "#" + String(scalar.value, radix: 16, uppercase: true) : String(scalar)
            }
            text += ", info: \"\(safe.joined())\""
        }
        if result.status == .analysis { return text }
        return text + ", check duration: \(result.duration.count)ms"
    }

    /// What a change of state is told as; nil when there is nothing to tell.
    func transition(
        from old: View,
        to new: View,
        because reason: String,
        among around: Surroundings
    ) -> (level: SyslogLevel, text: String)? {
        if new.isInMaintenance != old.isInMaintenance {
            guard new.isInMaintenance else {
                let state = "\(new.isStopped ? "DOWN" : "UP")/\(new.isDraining ? "DRAIN" : "READY")"
                let kind = old.isForced ? "forced maintenance" : "maintenance"
                return (.notice, "\(name) is \(state) (leaving \(kind)).")
            }
            let whose = new.isForced ? "" : via
            return (.alert, "\(name) is going DOWN for maintenance\(whose)\(left(around))")
        }
        guard !new.isInMaintenance else { return nil }
        if new.isStopped != old.isStopped || new.isStopping != old.isStopping {
            if new.isStopped { return (.alert, "\(name) is DOWN\(reason)\(via)\(left(around))") }
            let word = new.isStopping ? "stopping" : "UP"
            return (.notice, "\(name) is \(word)\(reason)\(via)\(online(around))")
        }
        guard new.isDraining != old.isDraining else { return nil }
        guard new.isDraining else {
            let state = new.isStopped ? "DOWN" : "UP"
            return (.notice, "\(name) is \(state) (leaving forced drain).")
        }
        return (.notice, "\(name) enters drain state\(new.isForced ? "" : via)\(online(around))")
    }

    private func left(_ around: Surroundings) -> String {
        "\(servers(around)) left.\(onBackup(around)) \(around.sessions) sessions active, 0 requeued, "
            + "\(around.queued) remaining in queue."
    }

    private func online(_ around: Surroundings) -> String {
        "\(servers(around)) online.\(onBackup(around)) 0 sessions requeued, \(around.queued) total in queue."
    }

    private func servers(_ around: Surroundings) -> String {
        ". \(around.active) active and \(around.backup) backup servers"
    }

    private func onBackup(_ around: Surroundings) -> String {
        around.backup > 0 && around.active == 0 ? " Running on backup." : ""
    }
}
