package import Model
package import RuntimeAPI

/// Carries out Runtime API commands and check results on the one `BackendTable`: the single writer.
///
/// Knows neither threads nor sockets nor clocks: time comes in as milliseconds since the process started,
/// and everything that needs the workers goes through `DataPlane`. So the simulation runs this very code.
package final class RuntimeService {
    let plane: any DataPlane
    let configuration: ProxyConfiguration
    let identity: ProcessIdentity
    let table: BackendTable
    /// Set once the process only finishes what it has (`Stopping` of `show info`).
    package var isStopping = false

    /// The time of the last call that told it.
    var now = Milliseconds(0)
    /// By session.
    var transactions: [UInt64: RuntimeTransaction] = [:]
    /// `del server` need not wait for workers: whoever sends its reply holds it back until they have seen it.
    package var holdsDeletions = false
    /// Slots to give back with the next publish, which drops them.
    private var departing: [UInt32] = []
    /// Numbers of backends to give back with the next publish.
    var departingBackends: [Int] = []
    private var hasUnseenDeletions = false
    /// When rates were measured last.
    var lastSample = Milliseconds(0)
    /// By frontend number.
    var frontendRates: [FrontendRates]
    var processRate = RateMeter()
    var digests = StateDigestCache()
    /// The rings of the boot file, in its order.
    package let rings: [LogRing]
    /// Somebody asks for `takeEvents`.
    package var keepsEvents = false
    /// What happened to servers since the last `takeEvents`.
    var events: [HealthEvent] = []
    /// Keeps what is accepted; set after what it kept before was restored.
    package var journal: (any StateJournal)? {
        didSet { table.keepsUnsaved = journal != nil }
    }
    /// Why changes that were already made could not be kept.
    private var savingFailure: String?

    /// How long `del server` waits for workers to close idle connections before it refuses.
    static let deletionPatience = Milliseconds(1000)

    /// Declares the servers of the boot file and publishes the first snapshot.
    package init(configuration: ProxyConfiguration, plane: any DataPlane, identity: ProcessIdentity)
    {
        self.configuration = configuration
        self.plane = plane
        self.identity = identity
        frontendRates = configuration.frontends.map { _ in FrontendRates() }
        rings = configuration.rings.map(LogRing.init)
        table = BackendTable(configuration, pid: identity.pid, now: Milliseconds(0)) {
            plane.allocateSlot()
        }
        publishIfNeeded()
    }

    /// Carries out one command; what it changes is seen by workers after `publishIfNeeded`.
    ///
    /// `session` tells clients apart, which matters for transactions only. Commands that concern only the session (`prompt`,
    /// `set severity-output`, `help`, …) answer nothing here.
    package func execute(
        _ command: RuntimeCommand,
        payload: String?,
        level: AccessLevel,
        now: Milliseconds,
        session: UInt64 = 0
    ) -> Execution {
        self.now = now
        guard level >= command.requiredLevel else { return .reply(.error("Permission denied")) }
        if let reply = transact(command, payload: payload, level: level, session: session) {
            return .reply(reply)
        }
        if let refusal = journal?.refusal, subject(of: command) != nil {
            return .reply(.error(refusal))
        }
        return perform(command, payload: payload, level: level)
    }

    /// Carries out one command, transactions aside.
    func perform(_ command: RuntimeCommand, payload: String?, level: AccessLevel) -> Execution {
        switch command {
        case .deleteServer(let server): return delete(server, now: now)
        case .deleteBackend(let name): return delete(backend: name, now: now)
        case .wait(let delay, let condition): return wait(delay, condition, now: now)
        case .showSessions(let filter): return showSessions(filter, now: now)
        case .shutdownSession(let id): return shutdownSession(id, now: now)
        case .showActivity(let thread): return survey(.activity(thread: thread), now: now)
        case .showDescriptors(let filter): return survey(.descriptors(filter), now: now)
        case .showPools(let selection): return survey(.pools(selection), now: now)
        case .showEvents(let selection): return showEvents(selection, now: now)
        default: break
        }
        let reply =
            executeServer(command, now: now)
            ?? executeBackend(command)
            ?? executeMap(command, payload: payload)
            ?? executeAcl(command)
            ?? executeFrontend(command)
            ?? executeCertificate(command, payload: payload)
            ?? executeLimit(command)
            ?? executeVariable(command)
            ?? show(command, level: level, now: now)
        return .reply(reply ?? RuntimeReply())
    }

    /// Publishes one snapshot with every change since the last one; call once after each batch of commands.
    package func publishIfNeeded() {
        save()
        guard let (snapshot, retired) = table.takeSnapshot(now: now) else { return }
        plane.publish(snapshot, retiring: retired)
        for slot in departing { plane.releaseSlot(slot) }
        departing = []
        for number in departingBackends { table.population.release(number) }
        departingBackends = []
    }

    private func save() {
        guard let journal else { return }
        let changes = table.takeUnsaved()
        if !changes.isEmpty {
            savingFailure = journal.append(StateFileFormat.record(changes)) ?? savingFailure
        }
        if journal.wantsImage { journal.replace(with: StateFileFormat.file(table.image)) }
    }

    /// Why changes that are in effect since the last call would not survive a restart; nil when they would.
    package func takeSavingFailure() -> String? {
        defer { savingFailure = nil }
        return savingFailure
    }

    /// Makes the state true that a state file holds; call before `journal` is set.
    ///
    /// - Returns: What of it the boot file no longer allows, and how much of the file is sound.
    /// - Throws: `StateFileFormat.Damage` for a file that holds no state.
    func restore(_ file: [UInt8]) throws(StateFileFormat.Damage) -> (
        warnings: [String], length: Int
    ) {
        let content = try StateFileFormat.read(file)
        var warnings: [String] = []
        for change in content.image + content.batches.joined() {
            let warning = table.apply(change, plane: plane, now: now)
            if let warning, warnings.last != warning { warnings.append(warning) }
        }
        table.followAll(now: now)
        publishIfNeeded()
        return (warnings, content.length)
    }

    /// Gives a deleted server's slot back, after the publish that drops it.
    func release(_ server: ServerRecord) {
        guard server.isInSnapshot else { return plane.releaseSlot(server.slot) }
        departing.append(server.slot)
        hasUnseenDeletions = true
    }

    /// Whether servers were deleted since the last call that workers may still see.
    package func takeUnseenDeletions() -> Bool {
        defer { hasUnseenDeletions = false }
        return hasUnseenDeletions
    }

    /// Every server whose checks run now; asked for again when `checkGeneration` changed.
    package var checkTargets: [CheckTarget] {
        table.checkTargets.map { target in
            guard target.script?.sendsState == true else { return target }
            var target = target
            target.state = stateText(of: target.id)
            return target
        }
    }

    /// Grows whenever `checkTargets` changes by more than an interval.
    package var checkGeneration: UInt64 { table.checkGeneration }
}

extension RuntimeReply {
    /// HAProxy's `cli_err`.
    static func error(_ text: String) -> RuntimeReply { RuntimeReply(severity: .error, text: text) }
    /// HAProxy's `cli_msg` at LOG_INFO.
    static func info(_ text: String) -> RuntimeReply { RuntimeReply(severity: .info, text: text) }
    /// HAProxy's `cli_msg` at LOG_WARNING.
    static func warning(_ text: String) -> RuntimeReply {
        RuntimeReply(severity: .warning, text: text)
    }
}

/// Which process answers: what `show info` tells of it besides counters.
package struct ProcessIdentity: Hashable, Sendable {
    package var pid: Int
    /// Seconds since 1970.
    package var startTime: Int
    package var node: String
    /// Worker threads.
    package var threads: Int
    /// Descriptor limit.
    package var descriptorLimit: Int
    /// What `show env` tells.
    package var environment: [String: String] = [:]

    package init(pid: Int, startTime: Int, node: String, threads: Int, descriptorLimit: Int = 0) {
        self.pid = pid
        self.startTime = startTime
        self.node = node
        self.threads = threads
        self.descriptorLimit = descriptorLimit
    }
}

/// What became of a command.
package enum Execution: Hashable, Sendable {
    case reply(RuntimeReply)
    /// The answer comes later, from `RuntimeService.poll`; the session reads no further command meanwhile.
    case pending(PendingWait)
}
