import FoundationEssentials
import Logging
import NIOCore
import Planning
import ServiceLifecycle
import UnixSignals

extension Session {
    /// What `run` alone can be asked for.
    package struct RunOptions: Hashable, Sendable {
        package var host = "127.0.0.1"
        package var port = 9480
        /// Socket for post-receive hooks; nil for the one in the state folder.
        package var trigger: String?
        package var pollInterval = Duration.seconds(30)
        package var driftInterval = Duration.seconds(10)
        package var logFormat = EventLog.Format.text
        package var seed: UInt64 = 0

        package init() {}
    }

    /// Where the hook of this repository finds the loop.
    package var triggerSocket: String { options.state.triggerSocket(for: source.name) }

    /// `apus run`: the loop, its trigger socket and its HTTP, until SIGTERM or SIGINT.
    package func run(_ running: RunOptions) async throws -> CommandStatus {
        let socket = running.trigger.map(RepositorySource.absolute) ?? triggerSocket
        let logger = logger(running)
        let configuration = configuration(running)
        let board = StatusBoard(repository: source.name, ref: options.ref)
        // Reading what cannot be read is for `check`; a loop waits until it can be.
        board.update { status, _ in status.trigger = socket }
        let loop = ControlLoop(
            source: source,
            configuration: configuration,
            reconciliation: reconciliation,
            database: try openDatabase(),
            board: board,
            logger: logger
        )
        let pushes = TriggerSocket(path: socket) { loop.inbox.add(.push) }
        var quiet = logger
        // What libraries have to say at the end of a failed start explains nothing.
        quiet.logLevel = .critical
        let web = StatusServer(board: board, host: running.host, port: running.port, logger: quiet)
        { address in
            if running.logFormat == .text {
                console.tell(banner(running, address: address, socket: socket))
            }
            logger.info(
                "listening",
                metadata: ["http": "http://\(address)", "pushes": "\(socket)"]
            )
        }
        var group = ServiceGroupConfiguration(
            services: [web, pushes, loop],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: quiet
        )
        group.maximumGracefulShutdownDuration = .seconds(30)
        do {
            try await ServiceGroup(configuration: group).run()
        } catch let error as IOError where error.errnoCode == 98 {
            console.fail(
                "cannot listen on \(running.host):\(running.port): the address is in use\nchoose another with --listen"
            )
            return .error
        }
        logger.info("stopped")
        return .ok
    }

    private func logger(_ running: RunOptions) -> Logger {
        let (write, style, now) = (console.err, console.errStyle, now)
        return Logger(label: "apus") { _ in
            EventLog(format: running.logFormat, style: style, now: now, write: write)
        }
    }

    private func configuration(_ running: RunOptions) -> ControllerConfiguration {
        var configuration = ControllerConfiguration(state: options.state, seed: running.seed)
        configuration.ref = options.ref
        configuration.holder = "apus run, pid \(ProcessInfo.processInfo.processIdentifier)"
        configuration.selection = options.selection
        configuration.pollInterval = running.pollInterval
        configuration.driftInterval = running.driftInterval
        configuration.fetchLimit = options.fetchLimit
        configuration.takesOver = options.takesOver
        return configuration
    }

    private func banner(_ running: RunOptions, address: String, socket: String) -> [StyledText] {
        let place =
            source.isWorktree ? "\(source.name) (files on disk)" : "\(source.name) (\(options.ref))"
        let hook =
            source.isRemote || source.isWorktree ? "" : "apus hook install \(options.repository)"
        let rows: [(String, String, String)] = [
            ("repository", place, "looked at every \(running.pollInterval.brief)"),
            ("pushes", socket, hook),
            ("drift", "corrected every \(running.driftInterval.brief)", ""),
            ("http", "http://\(address)", "/healthz /readyz /metrics /api/v1/status"),
            ("state", options.state.path, ""),
        ]
        var title = StyledText("apus run", .good)
        title.append("  keeps the fleet as the repository says; Ctrl-C ends it", .faint)
        let lines = rows.map { name, value, note in
            var line = StyledText("  ")
            line.append(name, .faint)
            line.pad(to: 14)
            line.append(value, .strong)
            if !note.isEmpty { line.append("  \(note)", .faint) }
            return line
        }
        return [StyledText(), title, StyledText()] + lines + [StyledText()]
    }
}
