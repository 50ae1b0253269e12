package import Logging
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
        /// Kept by order, whatever the repository says.
        package var isPinned = false

        package init(fleet: DesiredFleet, revision: Revision, pushed: Duration?) {
            self.fleet = fleet
            self.revision = revision
            self.pushed = pushed
        }
    }

    /// What a loop works with: the same for every assignment.
    package struct Surroundings: Sendable {
        package let configuration: ControllerConfiguration
        package let reconciliation: Reconciliation
        package let database: StateDatabase
        package let board: StatusBoard
        package let logger: Logger
        /// The fleet as an earlier revision declared it; nil when that cannot be read any more.
        package let former: @Sendable (Revision) async -> DesiredFleet?
        /// Takes the fleet's lock, which is held for as long as the result lives.
        package let lock: @Sendable () throws(FleetLock.Unavailable) -> any Sendable

        package init(
            configuration: ControllerConfiguration,
            reconciliation: Reconciliation,
            database: StateDatabase,
            board: StatusBoard,
            logger: Logger,
            former: @escaping @Sendable (Revision) async -> DesiredFleet?,
            lock: @escaping @Sendable () throws(FleetLock.Unavailable) -> any Sendable
        ) {
            self.configuration = configuration
            self.reconciliation = reconciliation
            self.database = database
            self.board = board
            self.logger = logger
            self.former = former
            self.lock = lock
        }
    }

    /// When a proxy is tried again, and whether it is left alone until then.
    struct Retry {
        var backoff: Backoff
        var due: Duration
        var isLeftAlone: Bool
    }

    private enum Reason: Hashable { case assigned, ordered, stop }

    private struct Latest {
        var assignment: Assignment
        var number = 1
        var isStopping = false
    }

    let name: FleetName
    let configuration: ControllerConfiguration
    let reconciliation: Reconciliation
    let database: StateDatabase
    let board: StatusBoard
    let logger: Logger
    let uptime: Uptime
    private let lock: @Sendable () throws(FleetLock.Unavailable) -> any Sendable
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
    /// What policies said last, so that it is said once.
    var told: Verdict?
    /// What `apus status` was told last.
    var saved: Status.Fleet?
    /// Proxies that did not answer the last pass.
    var unreachable: Set<ProxyName> = []
    var history: DeclarationHistory

    /// A loop that does nothing before `run`; its waits are jittered by the configuration's seed.
    package init(_ assignment: Assignment, _ surroundings: Surroundings) {
        name = assignment.fleet.name
        configuration = surroundings.configuration
        reconciliation = surroundings.reconciliation
        database = surroundings.database
        board = surroundings.board
        var logger = surroundings.logger
        logger[metadataKey: "fleet"] = "\(assignment.fleet.name)"
        self.logger = logger
        lock = surroundings.lock
        uptime = Uptime(surroundings.reconciliation.clock)
        generator = JitterSource(seed: surroundings.configuration.seed)
        history = DeclarationHistory(surroundings.former)
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

    /// Somebody suspended, resumed or unpinned: what is ordered is read again with the next pass.
    package nonisolated func heed() { inbox.add(.ordered) }

    /// Ends the loop after the proxies it has begun.
    package nonisolated func stop() {
        latest.withLock { $0.isStopping = true }
        inbox.add(.stop)
    }

    /// Runs until stopped or cancelled.
    package func run() async {
        guard let lock = await takeLock() else { return }
        readLedger()
        recover()
        while !Task.isCancelled {
            let (assignment, number, isStopping) = latest.withLock {
                ($0.assignment, $0.number, $0.isStopping)
            }
            if isStopping { break }
            let isNew = number != handled
            handled = number
            if isNew { retries = [:] }
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
    private func takeLock() async -> (any Sendable)? {
        var wait = configuration.retry
        var told = ""
        while !Task.isCancelled, !latest.withLock(\.isStopping) {
            do throws(FleetLock.Unavailable) {
                return try lock()
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
