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
    /// Commit and tree that were looked at last, so that the same are not loaded again.
    private var seen: Revision?
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
            if source.isRemote {
                try await source.fetch(
                    within: configuration.fetchLimit,
                    clock: reconciliation.clock
                )
            }
            let revision = try await source.resolve(configuration.ref)
            if source.isWorktree || revision.commit != seen?.commit {
                try await load(revision, pushed: pushed, &group)
            }
            retryAt = nil
            sourceRetry.reset()
            reportedError = nil
            board.update { [selectionError] status, _ in status.sourceError = selectionError }
        } catch {
            report(sourceError: "\(error)")
        }
    }

    private func load(
        _ revision: Revision,
        pushed: Duration?,
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
        guard isNew else { return }
        logger.info(
            "revision seen",
            metadata: [
                "revision": "\(loaded.revision)", "summary": "\(loaded.revision.summary)",
                "files": "\(loaded.filesParsed) read, \(loaded.filesReused) unchanged",
            ]
        )
        seen = loaded.revision
        selectionError = nil
        guard let state = loaded.state else { return reject(loaded) }
        do throws(FleetSelection.UnknownName) {
            assign(
                try configuration.selection.apply(to: state),
                loaded.revision,
                pushed: pushed,
                &group
            )
        } catch {
            selectionError = error.description
            logger.error("nothing selected", metadata: ["why": "\(error)"])
        }
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
        _ selected: [DesiredFleet],
        _ revision: Revision,
        pushed: Duration?,
        _ group: inout DiscardingTaskGroup
    ) {
        board.update { status, _ in status.good = revision }
        board.keep(only: selected.map(\.name))
        for fleet in selected {
            let assignment = FleetLoop.Assignment(fleet: fleet, revision: revision, pushed: pushed)
            if let loop = fleets[fleet.name] {
                loop.assign(assignment)
                continue
            }
            let loop = FleetLoop(
                assignment,
                source: source,
                configuration: configuration,
                reconciliation: reconciliation,
                database: database,
                board: board,
                logger: logger,
                uptime: uptime,
                seed: generator.next()
            )
            fleets[fleet.name] = loop
            group.addTask { await loop.run() }
        }
        let names = Set(selected.map(\.name))
        for (name, loop) in fleets where !names.contains(name) {
            loop.stop()
            fleets[name] = nil
            // Proxies that no revision names are not ours to touch; their operator decides.
            logger.warning(
                "fleet no longer declared, its proxies stay as they are",
                metadata: ["fleet": "\(name)"]
            )
        }
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
