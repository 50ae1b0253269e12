import Desired
import Logging
package import Model
import Planning
import Synchronization

/// Keeps one fleet at the revision it was assigned: new revisions, drift, restarts and failures alike.
///
/// Holds the fleet's lock for as long as it runs, so that no other apus writes to the same proxies.
package actor FleetLoop {
    /// What the fleet should become.
    package struct Assignment: Sendable {
        package let fleet: DesiredFleet
        package let revision: Revision
        /// When the push that brought it came in.
        package let pushed: Duration?

        package init(fleet: DesiredFleet, revision: Revision, pushed: Duration?) {
            self.fleet = fleet
            self.revision = revision
            self.pushed = pushed
        }
    }

    /// When a proxy is tried again, and whether it is left alone until then.
    struct Retry {
        var backoff: Backoff
        var due: Duration
        var isLeftAlone: Bool
    }

    private enum Reason: Hashable { case assigned, stop }

    private struct Latest {
        var assignment: Assignment
        var number = 1
        var isStopping = false
    }

    let name: FleetName
    let source: RepositorySource
    let configuration: ControllerConfiguration
    let reconciliation: Reconciliation
    let database: StateDatabase
    let board: StatusBoard
    let logger: Logger
    let uptime: Uptime
    var generator: JitterSource

    private nonisolated let inbox = Inbox<Reason>()
    private nonisolated let latest: Mutex<Latest>
    private var handled = 0

    var ledger = Ledger()
    /// The revision whose convergence was announced last.
    var celebrated: Revision?
    var retries: [ProxyName: Retry] = [:]
    /// Proxies on which the last pass left something for the next, which is therefore no drift.
    var unfinished: Set<ProxyName> = []
    /// Plans that a proxy refused, with its words: the same plan is not sent to the same process again.
    var refusals: [ProxyName: (plan: ProxyPlan, outcome: ProxyOutcome)] = [:]
    /// What policies said last, so that it is said once.
    var told: [PolicyFinding] = []
    /// Proxies that did not answer the last pass.
    var unreachable: Set<ProxyName> = []
    var history: DeclarationHistory

    init(
        _ assignment: Assignment,
        source: RepositorySource,
        configuration: ControllerConfiguration,
        reconciliation: Reconciliation,
        database: StateDatabase,
        board: StatusBoard,
        logger: Logger,
        uptime: Uptime,
        seed: UInt64
    ) {
        name = assignment.fleet.name
        self.source = source
        self.configuration = configuration
        self.reconciliation = reconciliation
        self.database = database
        self.board = board
        var logger = logger
        logger[metadataKey: "fleet"] = "\(assignment.fleet.name)"
        self.logger = logger
        self.uptime = uptime
        generator = JitterSource(seed: seed)
        history = DeclarationHistory(of: assignment.fleet.name, source: source)
        latest = Mutex(Latest(assignment: assignment))
    }

    /// Replaces what the fleet should become; a pass under way ends after the proxies it has begun.
    package nonisolated func assign(_ assignment: Assignment) {
        latest.withLock { latest in
            latest.assignment = assignment
            latest.number += 1
        }
        inbox.add(.assigned)
    }

    /// Ends the loop after the proxies it has begun.
    package nonisolated func stop() {
        latest.withLock { $0.isStopping = true }
        inbox.add(.stop)
    }

    /// Runs until stopped or cancelled.
    package func run() async {
        guard let lock = await takeLock() else { return }
        readLedger()
        while !Task.isCancelled {
            let (assignment, number, isStopping) = latest.withLock {
                ($0.assignment, $0.number, $0.isStopping)
            }
            if isStopping { break }
            let isNew = number != handled
            handled = number
            if isNew { (retries, refusals) = ([:], [:]) }
            if await passUnlessSuperseded(assignment, isNew: isNew) {
                await idle(assignment)
            } else if isNew {
                // News of this very assignment may come late and end its own pass: it is still new.
                handled = 0
            }
        }
        withExtendedLifetime(lock) {}
    }

    /// Runs a pass and ends it early, between two operations, when something newer comes in; true when it ran through.
    private func passUnlessSuperseded(_ assignment: Assignment, isNew: Bool) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await self.pass(assignment, isNew: isNew)
                return true
            }
            group.addTask {
                _ = await self.inbox.take(within: .seconds(86_400), on: self.uptime)
                return false
            }
            let isThrough = await group.next() ?? false
            group.cancelAll()
            return isThrough
        }
    }

    /// Waits for something new, a restarted proxy, the next look for drift, or the next try of a proxy.
    private func idle(_ assignment: Assignment) async {
        let due = uptime.now + pause()
        while uptime.now < due, !Task.isCancelled, !isSuperseded {
            let beat = configuration.heartbeat.jittered(using: &generator)
            let news = await inbox.take(within: min(beat, due - uptime.now), on: uptime)
            if !news.isEmpty || uptime.now >= due { return }
            let processes = await reconciliation.processes(of: assignment.fleet.proxies)
            let isChanged = processes.contains { name, process in
                ledger[name].map { $0.incarnation != process } ?? false
            }
            let isBack = processes.keys.contains(where: unreachable.contains)
            for name in processes.keys where unreachable.contains(name) { retries[name] = nil }
            if isChanged || isBack { return }
        }
    }

    // News may have been taken by the pass they ended.
    private var isSuperseded: Bool {
        latest.withLock { $0.isStopping || $0.number != handled }
    }

    /// Until the next look: drift, or the first proxy whose time has come to be tried again.
    private func pause() -> Duration {
        let drift = configuration.driftInterval.jittered(using: &generator)
        guard let due = retries.values.map(\.due).min() else { return drift }
        return min(drift, max(due - uptime.now, .milliseconds(10)))
    }

    /// Waits until nobody else changes the fleet; nil when stopped before.
    private func takeLock() async -> FleetLock? {
        var wait = configuration.retry
        var told = ""
        while !Task.isCancelled, !latest.withLock(\.isStopping) {
            do throws(FleetLock.Unavailable) {
                return try FleetLock(
                    on: name,
                    in: configuration.state,
                    holder: configuration.holder
                )
            } catch {
                if told != error.description {
                    told = error.description
                    logger.error("fleet is locked", metadata: ["why": "\(error.description)"])
                }
                board.update(name) { fleet in
                    fleet.condition = .stalled
                    fleet.message = error.description
                }
                _ = await inbox.take(within: wait.fail(using: &generator), on: uptime)
            }
        }
        return nil
    }
}
