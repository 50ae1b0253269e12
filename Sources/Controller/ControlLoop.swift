import Desired
package import Logging
import Model
import ServiceLifecycle

/// The continuous loop: watches the repository and keeps one `FleetLoop` running for each fleet in it.
///
/// The newest revision without mistakes wins; one with mistakes, or a repository that cannot be read,
/// leaves everything as it is.
package actor ControlLoop: Service {
    private let source: RepositorySource
    private let configuration: ControllerConfiguration
    private let reconciliation: Reconciliation
    private let database: StateDatabase
    private let board: StatusBoard
    private let logger: Logger
    private let uptime: Uptime
    private var generator: JitterSource

    /// Where triggers go in: the trigger socket adds pushes.
    package nonisolated let inbox = Inbox<Trigger>()

    private var fleets: [FleetName: FleetLoop] = [:]
    /// The revision each fleet was assigned last, and whether by order.
    private var assigned: [FleetName: Revision] = [:]
    private var orders = Orders()
    private var savedStatus: Status?
    /// Commit and tree that were looked at last, so that the same are not loaded again.
    private var seen: Revision?
    private var seenPolicies: String?
    private var sourceRetry: Backoff
    private var retryAt: Duration?
    private var reportedError: String?
    /// The newest revision knows no fleet or proxy of a name that was asked for.
    private var selectionError: String?

    package init(
        source: RepositorySource,
        configuration: ControllerConfiguration,
        reconciliation: Reconciliation,
        database: StateDatabase,
        board: StatusBoard,
        logger: Logger
    ) {
        self.source = source
        self.configuration = configuration
        self.reconciliation = reconciliation
        self.database = database
        self.board = board
        self.logger = logger
        uptime = Uptime(reconciliation.clock)
        generator = JitterSource(seed: configuration.seed)
        sourceRetry = configuration.retry
    }

    /// Runs until graceful shutdown or cancellation; what was begun on a proxy is ended first.
    package func run() async throws {
        inbox.add(.start)
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                var nextPoll = uptime.now
                while !Task.isCancelled {
                    let due = min(nextPoll, retryAt ?? nextPoll)
                    let triggers = await inbox.take(within: due - uptime.now, on: uptime)
                    if triggers.contains(.stop) { break }
                    let pushed = triggers.contains(.push) ? uptime.now : nil
                    count(triggers.isEmpty ? [.poll] : triggers)
                    await look(pushed: pushed, &group)
                    nextPoll = uptime.now + configuration.pollInterval.jittered(using: &generator)
                }
                for fleet in fleets.values { fleet.stop() }
            }
        } onGracefulShutdown: {
            self.inbox.add(.stop)
        }
    }

    private func count(_ triggers: Set<Trigger>) {
        board.update { _, metrics in
            for trigger in triggers { metrics.triggers[trigger, default: 0] += 1 }
        }
    }

    /// Looks at the repository once; whatever goes wrong becomes a status and a line in the log.
    private func look(pushed: Duration?, _ group: inout DiscardingTaskGroup) async {
        do {
            try await source.fetch(
                within: configuration.fetchLimit,
                clock: reconciliation.clock
            )
            let revision = try await source.resolve(configuration.ref)
            let policies = try await source.policyTree()
            if policies != seenPolicies { seen = nil }
            seenPolicies = policies
            let orders = try database.orders()
            let isOrdered = orders != self.orders
            self.orders = orders
            if source.isWorktree || revision.commit != seen?.commit || isOrdered {
                try await load(revision, pushed: pushed, isOrdered: isOrdered, &group)
            }
            retryAt = nil
            sourceRetry.reset()
            reportedError = nil
            board.update { [selectionError] status, _ in status.sourceError = selectionError }
        } catch {
            report(sourceError: "\(error)")
        }
        saveStatus()
    }

    /// Lets `apus status` tell what is known, also when this process is gone.
    private func saveStatus() {
        var status = board.status
        status.fleets = []
        guard status != savedStatus else { return }
        do throws(StateDatabase.Unavailable) {
            try database.save(status)
            savedStatus = status
        } catch {
            logger.error("cannot write the status", metadata: ["why": "\(error)"])
        }
    }

    private func load(
        _ revision: Revision,
        pushed: Duration?,
        isOrdered: Bool,
        _ group: inout DiscardingTaskGroup
    ) async throws {
        let loaded = try await source.load(revision).withPoliciesChecked
        let isNew = loaded.revision.commit != seen?.commit || loaded.revision.tree != seen?.tree
        board.update { status, metrics in
            metrics.filesParsed += loaded.filesParsed
            metrics.filesReused += loaded.filesReused
            status.seen = loaded.revision
            status.diagnostics = loaded.diagnostics
        }
        guard isNew || isOrdered else { return }
        if isNew {
            logger.info(
                "revision seen",
                metadata: [
                    "revision": "\(loaded.revision)", "summary": "\(loaded.revision.summary)",
                    "files": "\(loaded.filesParsed) read, \(loaded.filesReused) unchanged",
                ]
            )
        }
        seen = loaded.revision
        selectionError = nil
        guard let state = loaded.state else { return reject(loaded) }
        let selected: [DesiredFleet]
        do throws(FleetSelection.UnknownName) {
            selected = try configuration.selection.apply(to: state)
        } catch {
            selectionError = error.description
            logger.error("nothing selected", metadata: ["why": "\(error)"])
            return
        }
        board.update { status, _ in status.good = loaded.revision }
        var assignments: [FleetLoop.Assignment] = []
        for fleet in selected {
            assignments.append(await assignment(of: fleet, loaded.revision, pushed: pushed))
        }
        assign(assignments, isOrdered: isOrdered && !isNew, &group)
    }

    /// What the revision asks of a fleet, or what it is pinned to.
    private func assignment(
        of fleet: DesiredFleet,
        _ revision: Revision,
        pushed: Duration?
    ) async -> FleetLoop.Assignment {
        guard let pin = orders.pins.first(where: { $0.fleet == fleet.name }) else {
            return FleetLoop.Assignment(fleet: fleet, revision: revision, pushed: pushed)
        }
        let former = try? await source.load(pin.revision)
        guard let kept = former?.state?.fleets.first(where: { $0.name == fleet.name }) else {
            logger.error(
                "pinned revision cannot be read, the fleet follows the repository",
                metadata: ["fleet": "\(fleet.name)", "revision": "\(pin.revision)"]
            )
            return FleetLoop.Assignment(fleet: fleet, revision: revision, pushed: pushed)
        }
        var assignment = FleetLoop.Assignment(fleet: kept, revision: pin.revision, pushed: nil)
        assignment.isPinned = true
        return assignment
    }

    private func reject(_ loaded: LoadedState) {
        let errors = loaded.diagnostics.count { $0.severity == .error }
        logger.error(
            "revision rejected",
            metadata: [
                "revision": "\(loaded.revision)", "errors": "\(errors)",
                "kept": "\(board.status.good?.description ?? "nothing yet")",
            ]
        )
        // A thousand mistakes help nobody in a log; `apus check` shows them all.
        for diagnostic in loaded.diagnostics.prefix(20) {
            logger.error(
                "mistake",
                metadata: ["at": "\(diagnostic.origin)", "what": "\(diagnostic.message)"]
            )
        }
    }

    private func assign(
        _ assignments: [FleetLoop.Assignment],
        isOrdered: Bool,
        _ group: inout DiscardingTaskGroup
    ) {
        let names = Set(assignments.map(\.fleet.name))
        board.keep(only: names.sorted())
        for assignment in assignments {
            let name = assignment.fleet.name
            let isSame =
                assigned.updateValue(assignment.revision, forKey: name)
                == assignment.revision
            if let loop = fleets[name] {
                if isOrdered, isSame { loop.heed() } else { loop.assign(assignment) }
                continue
            }
            let loop = FleetLoop(assignment, surroundings(of: name))
            fleets[name] = loop
            group.addTask { await loop.run() }
        }
        for (name, loop) in fleets where !names.contains(name) {
            loop.stop()
            fleets[name] = nil
            assigned[name] = nil
            // Proxies that no revision names are not ours to touch; their operator decides.
            logger.warning(
                "fleet no longer declared, its proxies stay as they are",
                metadata: ["fleet": "\(name)"]
            )
        }
    }

    private func surroundings(of fleet: FleetName) -> FleetLoop.Surroundings {
        var configuration = configuration
        configuration.seed = generator.next()
        let source = source
        let (state, holder) = (configuration.state, configuration.holder)
        return FleetLoop.Surroundings(
            configuration: configuration,
            reconciliation: reconciliation,
            database: database,
            board: board,
            logger: logger,
            former: { await source.former(fleet, at: $0) },
            lock: { () throws(FleetLock.Unavailable) in
                try FleetLock(on: fleet, in: state, holder: holder)
            }
        )
    }

    /// Says once what is wrong; repeats only when it changes.
    private func report(sourceError text: String) {
        retryAt = uptime.now + sourceRetry.fail(using: &generator)
        board.update { status, metrics in
            status.sourceError = text
            metrics.fetchFailures += 1
        }
        guard reportedError != text else { return }
        reportedError = text
        logger.error(
            "repository cannot be read",
            metadata: [
                "why": "\(text)", "kept": "\(board.status.good?.description ?? "nothing yet")",
            ]
        )
    }
}
