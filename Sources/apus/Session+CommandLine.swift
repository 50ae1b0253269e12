import ArgumentParser
import Controller
import Fleet
import Foundation

/// Absolute path of this program, which runs itself to fetch and is named in hooks.
let ownPath: String =
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    ?? CommandLine.arguments[0]

extension Session {
    /// A session over real sockets and the real clock.
    init(
        _ repository: String,
        _ reading: RepositoryOptions,
        _ output: OutputOptions,
        _ format: Session.Format = .text
    ) {
        var options = Options(state: output.state, executable: ownPath)
        options.repository = repository
        options.ref = reading.ref
        options.worktree = reading.worktree
        options.selection = FleetSelection(fleets: reading.fleet, proxies: reading.proxy)
        options.format = format
        options.policies = reading.policies
        options.certificateFolder = reading.certificates.map(RepositorySource.absolute)
        options.fetchLimit = reading.fetchTimeout.duration
        options.actor = Self.actor
        self.init(
            options,
            console: output.console,
            transport: SocketTransport(),
            clock: ContinuousClock(),
            now: { Int(Date.now.timeIntervalSince1970 * 1000) }
        )
    }

    /// A session of a command that reads the state file alone, or a repository as a whole.
    init(_ output: OutputOptions, _ format: Session.Format = .text, repository: String = ".") {
        var options = Options(state: output.state, executable: ownPath)
        options.repository = repository
        options.format = format
        options.actor = Self.actor
        self.init(
            options,
            console: output.console,
            transport: SocketTransport(),
            clock: ContinuousClock(),
            now: { Int(Date.now.timeIntervalSince1970 * 1000) }
        )
    }

    /// A session of a hook, in the repository that git runs it in.
    init(gateWith objects: [String], policies: String?, _ output: OutputOptions) {
        var options = Options(state: output.state, executable: ownPath)
        options.policies = policies
        options.objects = objects
        self.init(
            options,
            console: output.console,
            transport: SocketTransport(),
            clock: ContinuousClock(),
            now: { Int(Date.now.timeIntervalSince1970 * 1000) }
        )
    }

    /// Who gives the orders: the person behind sudo, if there is one.
    private static var actor: String {
        let environment = ProcessInfo.processInfo.environment
        return environment["SUDO_USER"] ?? environment["USER"] ?? NSUserName()
    }

    /// Runs a command and ends the process with its status.
    func end(with command: (Session) async throws -> CommandStatus) async throws {
        let status = await run(command)
        throw ExitCode(status.rawValue)
    }

    /// This session, giving servers that others added our ids and marks.
    func adopting() -> Session {
        var options = options
        options.adopts = true
        return Session(
            options,
            console: console,
            transport: transport,
            clock: clock,
            now: now
        )
    }

    /// This session, changing proxies of other owners too when asked for.
    func taking(over: Bool) -> Session {
        var options = options
        options.takesOver = over
        return Session(
            options,
            console: console,
            transport: transport,
            clock: clock,
            now: now
        )
    }
}
