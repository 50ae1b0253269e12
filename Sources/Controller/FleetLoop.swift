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
    var retries: [ProxyName: (backoff: Backoff, due: Duration)] = [:]
    /// Proxies on which the last pass left something for the next, which is therefore no drift.
    var unfinished: Set<ProxyName> = []
    var history: DeclarationHistory

    init(
        _ assignment: Assignment,
        source: RepositorySource,
        configuration: ControllerConfiguration,
        reconciliation: Reconciliation,
        board: StatusBoard,
        logger: Logger,
        uptime: Uptime,
        seed: UInt64
    ) {
        name = assignment.fleet.name
        self.source = source
        self.configuration = configuration
        self.reconciliation = reconciliation
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
        ledger = Ledger.load(from: configuration.state.ledgerFile(of: name))
        while !Task.isCancelled {
            let (assignment, number, isStopping) = latest.withLock {
                ($0.assignment, $0.number, $0.isStopping)
            }
            if isStopping { break }
            let isNew = number != handled
            handled = number
            if isNew { retries = [:] }
            await pass(assignment, isNew: isNew) { [self] in
                latest.withLock { $0.number != number || $0.isStopping }
            }
            _ = await inbox.take(within: pause(), on: uptime)
        }
        withExtendedLifetime(lock) {}
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
