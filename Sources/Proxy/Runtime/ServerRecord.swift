import Model
import RuntimeAPI

/// One server as the control thread knows it: what was configured, what an operator asked, what checks say.
///
/// Transitions are HAProxy's (`srv_update_status`, 2.6–3.0): leaving maintenance means up at once with a
/// health from which one failed check brings it down.
final class ServerRecord {
    let name: String
    let id: Int
    let hasForcedID: Bool
    /// Added while running.
    let isDynamic: Bool
    /// Where the boot file declares it.
    let origin: Origin?
    let attributes: ServerAttributes
    let slot: UInt32
    /// Counts deletions before it (`srid`): tells servers apart that had the same id.
    let revision: Int
    /// Changes with what is checked; `BackendTable.renewCheck` does it.
    var checkID: CheckTarget.ID
    let isBackup: Bool
    /// What the request path reads beside address, weight and limit.
    var options: ServerOptions
    /// How it is spoken to or checked; nil without TLS.
    var tls: ServerTLS?
    /// The address that a cookie value was made of.
    var cookieEndpoint: Endpoint?
    /// `inter`, `fastinter` and `downinter`, read often enough to be kept.
    private let intervals: (usual: Milliseconds, changing: Milliseconds, down: Milliseconds)

    var endpoint: Endpoint
    /// The endpoint as workers read it; its path is this record's to retire.
    var address: SocketAddress
    /// The name as workers read it, for this record to retire.
    let nameText: RawText
    var adminBits: Int
    var weight: Int
    let initialWeight: Int
    var maxconn: Int
    var operational: OperationalState
    var history: HealthHistory
    var isCheckEnabled: Bool
    var isCheckPaused = false
    /// Grows with every server of the process: the order of declaration.
    let serial: Int
    /// Where `UsableServers` has it, -1 when the newest snapshot does not name it.
    var place = -1
    /// Its seat in the ring of its backend, which has one if it hashes.
    var seat = -1
    /// The weight in the newest snapshot.
    var publishedWeight = 0
    /// Sixteenths of its weight that it has while it starts (`slowstart`).
    var warmth = fullWarmth
    /// `slowstart`, in milliseconds; 0 for none.
    let slowstart: Int
    /// The table steps its weight up.
    var isWarming = false
    /// Whose state it follows (`track`), and who follows its own.
    var tracked: ServerRecord?
    var trackers: [Tracker] = []
    /// `backend/server` of `tracked`.
    var trackedPath = ""
    /// The next snapshot looks at it anew.
    var isTouched = false
    var isDeleted = false
    /// Differs from its declaration, or did.
    var isChanged = false
    /// The state file will be told of it.
    var isUnsaved = false
    var sessions = RateMeter()
    /// Where it was when it was declared.
    let declaredEndpoint: Endpoint
    /// Of everything an operator can change on it.
    private(set) var digest: UInt64 = 0
    private let declarationDigest: StateHash
    var checkAddress: Endpoint?
    var checkPort: Int?
    var lastCheck: CheckResult?
    /// What its agent says, where it has one.
    var agent: AgentRecord?
    var failedChecks = 0
    /// Times that errors in its traffic counted as a failed check (`hanafail`).
    var analysisFailures = 0
    var falls = 0
    var lastChange: Milliseconds
    var downSince: Milliseconds?
    var pastDowntime = 0

    init(_ declaration: ServerDeclaration, slot: UInt32, checkID: CheckTarget.ID, now: Milliseconds)
    {
        let attributes = declaration.attributes
        name = declaration.name
        id = declaration.id
        hasForcedID = attributes.integer(.id) != nil
        isDynamic = declaration.isDynamic
        origin = declaration.origin
        self.attributes = attributes
        self.slot = slot
        self.checkID = checkID
        revision = declaration.revision
        serial = declaration.serial
        var hash = StateHash()
        hash.combine(declaration.name)
        hash.combine(declaration.id)
        hash.combine(attributes.command)
        declarationDigest = hash
        isBackup = attributes[.backup] != nil
        options = ServerOptions(attributes)
        let usual = attributes.duration(.inter) ?? Milliseconds(2000)
        intervals = (
            usual, attributes.duration(.fastinter) ?? usual,
            attributes.duration(.downinter) ?? usual
        )
        // Whole seconds, as HAProxy counts it.
        slowstart = ((attributes.duration(.slowstart)?.count ?? 0) + 999) / 1000 * 1000
        declaredEndpoint = declaration.endpoint
        endpoint = declaration.endpoint
        address = SocketAddress(declaration.endpoint)
        nameText = .make(declaration.name)
        weight = attributes.integer(.weight) ?? 1
        initialWeight = weight
        // A greater `minconn` is the limit, as in HAProxy.
        maxconn = max(attributes.integer(.maxconn) ?? 0, attributes.integer(.minconn) ?? 0)
        checkAddress = attributes.word(.addr).flatMap { IPText.endpoint($0) ?? Endpoint($0) }
        checkPort = attributes.integer(.port)
        let rise = attributes.integer(.rise) ?? 2
        let fall = attributes.integer(.fall) ?? 3
        let startsInMaintenance = declaration.isDynamic || declaration.isDisabled
        history = HealthHistory(rise: rise, fall: fall, health: startsInMaintenance ? 0 : rise)
        operational = startsInMaintenance ? .stopped : .running
        isCheckEnabled = !declaration.isDynamic && attributes.isChecked
        isCheckPaused = declaration.isDisabled && !declaration.isDynamic
        adminBits = 0
        if startsInMaintenance { adminBits |= ServerStateRow.Admin.forcedMaintenance }
        if isCheckPaused { adminBits |= ServerStateRow.Admin.configuredMaintenance }
        lastChange = now
        if !startsInMaintenance { applyInitialState(isLeavingMaintenance: false, now: now) }
        renewDigest()
    }

    /// The newest snapshot names it, so workers may still give it requests.
    var isInSnapshot: Bool { place >= 0 }

    /// Takes the digest of what an operator changed since.
    func renewDigest() {
        var hash = declarationDigest
        hash.combine(endpoint.description)
        hash.combine(weight)
        hash.combine(maxconn)
        // Maintenance and drain by command; how it came into maintenance makes no difference.
        // What it has from a server that it tracks is that one's.
        let isDraining = adminBits & ServerStateRow.Admin.forcedDrain != 0
        hash.combine(
            (isForcedIntoMaintenance ? 1 : 0) + (isDraining ? 2 : 0) + (isCheckEnabled ? 4 : 0)
        )
        hash.combine(checkAddress?.description ?? "-")
        hash.combine(checkPort ?? 0)
        agent?.combine(into: &hash)
        digest = hash.value
    }

    var isInMaintenance: Bool {
        typealias Admin = ServerStateRow.Admin
        return adminBits & (Admin.forcedMaintenance | Admin.inheritedMaintenance) != 0
    }
    /// By command.
    var isForcedIntoMaintenance: Bool {
        adminBits & ServerStateRow.Admin.forcedMaintenance != 0
    }
    var isDraining: Bool {
        adminBits & (ServerStateRow.Admin.forcedDrain | ServerStateRow.Admin.inheritedDrain) != 0
    }
    var guid: String? { attributes.word(.guid) }

    /// May be given new requests now.
    var isUsable: Bool { !isInMaintenance && !isDraining && isRunning && weight > 0 }

    /// Up, perhaps not with its whole weight yet.
    var isRunning: Bool { operational == .running || operational == .starting }

    /// Checks run now.
    var isChecked: Bool { isCheckEnabled && !isInMaintenance }

    /// Obeys `set server … state`.
    func set(_ state: AdminState, now: Milliseconds) {
        let wasInMaintenance = isInMaintenance
        adminBits &= ~(ServerStateRow.Admin.forcedMaintenance | ServerStateRow.Admin.forcedDrain)
        switch state {
        case .ready: break
        case .drain: adminBits |= ServerStateRow.Admin.forcedDrain
        case .maint: adminBits |= ServerStateRow.Admin.forcedMaintenance
        }
        settleMaintenance(wasIn: wasInMaintenance, now: now)
    }

    /// What entering or leaving maintenance means.
    func settleMaintenance(wasIn wasInMaintenance: Bool, now: Milliseconds) {
        if isInMaintenance, !wasInMaintenance {
            if isCheckEnabled { isCheckPaused = true }
            history.forceDown()
            endDowntime(now: now)
            operational = .stopped
            lastChange = now
        } else if !isInMaintenance, wasInMaintenance {
            isCheckPaused = false
            // Without checks nobody counts, and HAProxy leaves the counter at nothing.
            if isCheckEnabled { history.startOver() }
            begin(now: now)
            if let tracked, !tracked.isRunning { operational = tracked.operational }
            applyInitialState(isLeavingMaintenance: true, now: now)
            if agent?.isKeepingDown == true { stop(now: now) }
        }
    }

    /// `init-state` (3.1): where a checked server starts before its first check.
    private func applyInitialState(isLeavingMaintenance: Bool, now: Milliseconds) {
        guard isCheckEnabled, let state = attributes.word(.initState) else { return }
        switch state {
        case "fully-up": history.forceUp()
        case "fully-down", "down":
            history.forceDown()
            // One passed check is enough after `down`, `rise` of them after `fully-down`.
            if state == "down" {
                history = HealthHistory(
                    rise: history.rise,
                    fall: history.fall,
                    health: history.rise - 1
                )
            }
            stop(now: now)
        default: history.startOver()
        }
    }

    /// Obeys `set server … health`.
    func force(_ health: ForcedHealth, now: Milliseconds) {
        switch health {
        case .up: history.forceUp()
        case .stopping: history.forceUp()
        case .down: history.forceDown()
        }
        guard !isInMaintenance else { return }
        switch health {
        case .up: run(now: now)
        case .stopping: drain(now: now)
        case .down: stop(now: now)
        }
    }

    /// Counts one check's result; answers whether the server went up or down by it.
    func record(_ given: CheckResult, now: Milliseconds) -> Bool {
        var result = given
        // Who is down does not come back by being drained.
        if result.status == .layer7Conditional, operational == .stopped {
            result.status = .layer7WrongStatus
        }
        lastCheck = result
        let before = operational
        if !result.status.isPassed { failedChecks += history.isUp ? 1 : 0 }
        history.record(isPassed: result.status.isPassed)
        // A server that is up although its checks just began stays so until one of them fails, and vice versa.
        if result.status.isPassed, history.isUp, agent?.isKeepingDown != true {
            if result.status == .layer7Conditional { drain(now: now) } else { run(now: now) }
        }
        if !result.status.isPassed, !history.isUp { stop(now: now) }
        if before != .stopped, operational == .stopped { falls += 1 }
        return before != operational
    }

    /// Takes what the agent said of the server's health; answers whether it went up or down by it.
    func recordAgent(_ result: CheckResult, isUp: Bool?, now: Milliseconds) -> Bool {
        agent?.last = result
        guard let isUp else { return false }
        let before = operational
        agent?.isHealthy = isUp
        if !isUp {
            stop(now: now)
        } else if !isInMaintenance, !isCheckEnabled || history.isUp, operational != .stopping {
            run(now: now)
        }
        if before != .stopped, operational == .stopped { falls += 1 }
        return before != operational
    }

    /// Obeys `set server … agent`, whatever checks say.
    func forceAgent(isUp: Bool, now: Milliseconds) {
        agent?.isHealthy = isUp
        guard !isInMaintenance else { return }
        if isUp { run(now: now) } else { stop(now: now) }
    }

    /// Up for who is here already (`NOLB`).
    func drain(now: Milliseconds) {
        endDowntime(now: now)
        if operational != .stopping { lastChange = now }
        operational = .stopping
    }

    func run(now: Milliseconds) {
        guard !isRunning else { return }
        endDowntime(now: now)
        begin(now: now)
    }

    private func begin(now: Milliseconds) {
        operational = slowstart > 0 ? .starting : .running
        warmth = slowstart > 0 ? 1 : Self.fullWarmth
        lastChange = now
    }

    func stop(now: Milliseconds) {
        guard operational != .stopped else { return }
        operational = .stopped
        lastChange = now
        downSince = now
    }

    private func endDowntime(now: Milliseconds) {
        if let since = downSince { pastDowntime += now.count - since.count }
        downSince = nil
    }

    /// Milliseconds spent down by checks.
    func downtime(now: Milliseconds) -> Int {
        pastDowntime + (downSince.map { now.count - $0.count } ?? 0)
    }

    /// From one check to the next in the state the server is in (`srv_getinter`, HAProxy 2.6).
    var checkInterval: Milliseconds {
        if history.isFull { return intervals.usual }
        let isDown = operational == .stopped && history.health == 0
        return isDown ? intervals.down : intervals.changing
    }

    /// To the next check after errors in traffic.
    var hastenedInterval: Milliseconds { intervals.changing }

    /// What `HealthChecker` needs to check it.
    func checkTarget(_ check: CheckConfiguration, connectTimeout: UInt32) -> CheckTarget {
        let usual = intervals.usual
        var target = CheckTarget(
            id: checkID,
            slot: slot,
            endpoint: checkEndpoint,
            interval: checkInterval,
            timeout: check.timeout ?? usual
        )
        let connect = connectTimeout == 0 ? usual : min(Milliseconds(Int(connectTimeout)), usual)
        target.connectTimeout = check.timeout.map { min($0, connect) } ?? connect
        target.script = check.script
        let isOwnAddress = attributes[.port] == nil && attributes[.addr] == nil
        if attributes[.checkSSL] != nil || attributes[.ssl] != nil && isOwnAddress {
            target.tls = tls
        }
        return target
    }

    /// What `HealthChecker` needs to ask its agent; nil without one.
    func agentTarget(_ check: CheckConfiguration, connectTimeout: UInt32) -> CheckTarget? {
        guard let agent, agent.isEnabled else { return nil }
        return agent.target(of: self, check, connectTimeout: connectTimeout)
    }

    private var checkEndpoint: Endpoint {
        let host = checkAddress ?? endpoint
        let port =
            checkPort.map { UInt16(clamping: $0) }
            ?? checkAddress?.port.flatMap { $0 == 0 ? nil : $0 }
        return host.with(port: port ?? endpoint.port ?? 0)
    }
}

/// What is needed to make a server: a line of the boot file or an `add server`.
struct ServerDeclaration {
    let name: String
    let id: Int
    let endpoint: Endpoint
    let attributes: ServerAttributes
    var isDynamic = false
    var isDisabled = false
    var origin: Origin?
    var revision = 0
    var serial = 0
}

extension Endpoint {
    /// The same host with another port; a socket path has none.
    func with(port: UInt16) -> Endpoint {
        switch self {
        case .ipv4(let address, _): .ipv4(address, port: port)
        case .ipv6(let address, _): .ipv6(address, port: port)
        case .unix, .abstract: self
        }
    }
}
