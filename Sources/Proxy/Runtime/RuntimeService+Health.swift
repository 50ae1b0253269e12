package import Model
import RuntimeAPI

/// What checks and agents say of servers, and what is told of it.
extension RuntimeService {
    /// More than this in one turn of the control thread is told of by nothing but its effects.
    private static let eventLimit = 10_000

    /// Takes one check's result into account and tells when to check again; nil when the target is gone.
    package func record(_ result: CheckResult, for target: CheckTarget.ID, now: Milliseconds)
        -> Milliseconds?
    {
        self.now = now
        guard let (backend, server) = table.target(of: target) else { return nil }
        if target == server.agent?.checkID {
            recordAgent(result, of: server, in: backend)
            return server.attributes.duration(.agentInter) ?? Milliseconds(2000)
        }
        let before = (server.history, server.lastCheck?.status)
        var isMoved = false
        let reason = backend.configuration.check.isLogged ? "" : HealthReport.reason(result)
        reporting(server, of: backend, because: reason) {
            isMoved = table.record(result, of: server, in: backend, now: now)
            let taken = server.lastCheck ?? result
            guard server.history != before.0 || taken.status != before.1 else { return }
            let state = server.history.isUp ? (server.weight > 0 ? "UP" : "DRAIN") : "DOWN"
            tell(
                taken,
                isAgent: false,
                "\(server.history.progress) \(state)",
                server,
                backend
            )
        }
        follow(isMoved, server, of: backend)
        return server.checkInterval
    }

    private func recordAgent(
        _ given: CheckResult,
        of server: ServerRecord,
        in backend: BackendRecord
    ) {
        var result = given
        let reply = given.status == .layer7OK ? AgentReply(given.detail) : AgentReply("")
        if given.status == .layer7OK { take(reply, as: &result) }
        let wasHealthy = server.agent?.isHealthy
        let last = server.agent?.last?.status
        var isMoved = false
        let reason = backend.configuration.check.isLogged ? "" : HealthReport.reason(result)
        administer(server, of: backend, as: reply)
        reporting(server, of: backend, because: reason) {
            isMoved = table.recordAgent(result, isUp: reply.isUp, of: server, in: backend, now: now)
            guard result.status != .unchanged,
                server.agent?.isHealthy != wasHealthy || last != result.status
            else { return }
            let state = server.agent?.isHealthy == true ? "1/1 UP" : "0/1 DOWN"
            tell(result, isAgent: true, state, server, backend)
        }
        follow(isMoved, server, of: backend)
    }

    /// Makes a result of what an agent said.
    private func take(_ reply: AgentReply, as result: inout CheckResult) {
        switch reply.isUp {
        case true?:
            result.detail = reply.words
        case false?:
            result.status = .layer7WrongStatus
            result.detail = reply.words
        case nil:
            result.status = .unchanged
            result.code = nil
            result.detail = reply.unknown.map { "agent reports an error : \($0)" } ?? ""
        }
    }

    /// What an agent wants beside telling health: it acts as an operator does.
    private func administer(
        _ server: ServerRecord,
        of backend: BackendRecord,
        as reply: AgentReply
    ) {
        if let wanted = reply.administration {
            let state: AdminState =
                switch wanted {
                case .ready: .ready
                case .drain: .drain
                case .maint: .maint
                }
            reporting(server, of: backend, because: "") {
                guard server.adminState != state else { return }
                table.change(server, of: backend) { $0.set(state, now: now) }
            }
        }
        if let percent = reply.weight {
            let weight = min(256, server.initialWeight * percent / 100)
            if weight != server.weight {
                table.change(server, of: backend) { $0.weight = weight }
            }
        }
        if let limit = reply.maxconn, limit != server.maxconn {
            table.change(server, of: backend) { $0.maxconn = limit }
        }
    }

    /// What going up or down leads to.
    private func follow(_ isMoved: Bool, _ server: ServerRecord, of backend: BackendRecord) {
        guard isMoved else { return }
        if server.operational == .stopped, server.attributes[.onMarkedDown] != nil {
            plane.shutdownSessions(of: server.slot)
        }
        guard server.isRunning, server.attributes[.onMarkedUp] != nil else { return }
        // Who was served by the backups meanwhile comes back.
        for other in backend.servers where other.isBackup && other !== server {
            plane.shutdownSessions(of: other.slot)
        }
    }

    /// Acts on errors in a server's traffic as its `on-error` says; which check is due when, or nil.
    package func record(_ observation: TrafficObservation, now: Milliseconds)
        -> (target: CheckTarget.ID, interval: Milliseconds)?
    {
        self.now = now
        guard let server = table.observed[observation.slot]?.server, server.isChecked else {
            return nil
        }
        let target = server.checkID
        switch server.attributes.word(.onError) {
        case "fastinter": return (target, server.hastenedInterval)
        case "sudden-death": server.history.weaken()
        case "mark-down": server.history.startOver()
        default: break
        }
        server.analysisFailures += 1
        var result = CheckResult(.analysis, duration: Milliseconds(0))
        result.detail = observation.detail
        _ = record(result, for: target, now: now)
        return (target, server.hastenedInterval)
    }

    /// Steps up the weights of servers that start slowly.
    package func warmUp(now: Milliseconds) {
        self.now = now
        table.warmUp(now: now)
    }

    // MARK: Telling

    /// What happened to servers since the last call, oldest first.
    package func takeEvents() -> [HealthEvent] {
        defer { events = [] }
        return events
    }

    /// Runs a change of a server's state and tells what became of it.
    func reporting(
        _ server: ServerRecord,
        of backend: BackendRecord,
        because reason: String,
        _ body: () -> Void
    ) {
        table.now = now
        let isTold = keepsEvents && !backend.configuration.logTargets.isEmpty
        let old = server.view
        let hadServers = isTold && backend.servers.contains(where: \.isUsable)
        body()
        let new = server.view
        guard new != old else { return }
        if isTold { tell(server, of: backend, old, because: reason, hadServers: hadServers) }
        for tracker in server.trackers {
            let before = tracker.server.operational
            reporting(tracker.server, of: tracker.backend, because: "") {
                table.follow(tracker.server, of: tracker.backend, now: now)
            }
            follow(before != tracker.server.operational, tracker.server, of: tracker.backend)
        }
    }

    /// Tells what became of a server.
    private func tell(
        _ server: ServerRecord,
        of backend: BackendRecord,
        _ old: HealthReport.View,
        because reason: String,
        hadServers: Bool
    ) {
        var around = HealthReport.Surroundings()
        around.active = backend.servers.count { $0.isUsable && !$0.isBackup }
        around.backup = backend.servers.count { $0.isUsable && $0.isBackup }
        let counters = plane.counters(of: server.slot)
        around.sessions = counters.currentSessions
        around.queued = counters.queued
        let told = report(server, backend)
            .transition(from: old, to: server.view, because: reason, among: around)
        if let told { add(told.level, told.text, backend) }
        if hadServers, around.active + around.backup == 0 {
            add(.emerg, "backend \(backend.configuration.name) has no server available!", backend)
        }
    }

    private func report(_ server: ServerRecord, _ backend: BackendRecord) -> HealthReport {
        HealthReport(
            backend: backend.configuration.name,
            server: server.name,
            isBackup: server.isBackup,
            tracked: server.trackedPath
        )
    }

    /// One check that changed something.
    private func tell(
        _ result: CheckResult,
        isAgent: Bool,
        _ status: String,
        _ server: ServerRecord,
        _ backend: BackendRecord
    ) {
        guard keepsEvents, backend.configuration.check.isLogged else { return }
        let text = report(server, backend).check(result, isAgent: isAgent, status: status)
        add(.notice, text, backend)
    }

    /// A transaction that is taken back is told of by nobody.
    private func add(_ level: SyslogLevel, _ text: String, _ backend: BackendRecord) {
        guard events.count < Self.eventLimit else { return }
        let targets = backend.configuration.logTargets
        let event = HealthEvent(targets: targets, level: level, text: text)
        table.whenCertain { self.events.append(event) }
    }
}

extension ServerRecord {
    /// As far as transitions are told.
    var view: HealthReport.View {
        HealthReport.View(
            isInMaintenance: isInMaintenance,
            isForced: isInMaintenance
                ? isForcedIntoMaintenance
                : adminBits & ServerStateRow.Admin.forcedDrain != 0,
            isDraining: isDraining,
            isStopped: operational == .stopped,
            isStopping: operational == .stopping
        )
    }

    /// What an operator or an agent asked for.
    var adminState: AdminState {
        isInMaintenance ? .maint : isDraining ? .drain : .ready
    }
}

extension HealthHistory {
    /// Checks that passed, or are left until it is down, of those that it takes.
    var progress: String {
        isUp ? "\(health - rise + 1)/\(fall)" : "\(health)/\(rise)"
    }
}
