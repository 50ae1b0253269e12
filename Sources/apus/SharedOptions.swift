import ArgumentParser
import Controller
import Fleet
import Foundation

extension ColorMode: ExpressibleByArgument {}
extension Session.Format: ExpressibleByArgument {}
extension EventLog.Format: ExpressibleByArgument {}

/// Options of every command that reads a repository.
struct RepositoryOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Commit, branch or tag to read.", valueName: "ref"))
    var ref = "HEAD"

    @Flag(help: "Read the files as they lie on disk instead of a commit.")
    var worktree = false

    @Option(help: ArgumentHelp("Only this fleet; may be repeated.", valueName: "name"))
    var fleet: [String] = []

    @Option(help: ArgumentHelp("Only this proxy; may be repeated.", valueName: "name"))
    var proxy: [String] = []
}

/// Options of every command.
struct OutputOptions: ParsableArguments {
    @Option(name: [.short, .long], help: ArgumentHelp("How to print data.", valueName: "format"))
    var output = Session.Format.text

    @Option(
        help: ArgumentHelp(
            "Whether to use colour; auto honours NO_COLOR and CLICOLOR_FORCE.",
            valueName: "when"
        )
    )
    var color = ColorMode.auto

    @Option(
        help: ArgumentHelp(
            "Where locks, sockets and mirrors are kept (default: $XDG_STATE_HOME/apus or ~/.local/state/apus).",
            valueName: "folder"
        )
    )
    var stateDir: String?

    var console: Console {
        Console(color: color, environment: ProcessInfo.processInfo.environment)
    }

    var state: StateDirectory {
        StateDirectory(
            option: stateDir.map(RepositorySource.absolute),
            environment: ProcessInfo.processInfo.environment,
            home: NSHomeDirectory()
        )
    }
}

/// Absolute path of this program, which runs itself to fetch and is named in hooks.
let ownPath: String =
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
    ?? CommandLine.arguments[0]

extension Session {
    /// A session over real sockets and the real clock.
    init(_ repository: String, _ reading: RepositoryOptions, _ output: OutputOptions) {
        var options = Options(state: output.state, executable: ownPath)
        options.repository = repository
        options.ref = reading.ref
        options.worktree = reading.worktree
        options.selection = FleetSelection(fleets: reading.fleet, proxies: reading.proxy)
        options.format = output.output
        self.init(
            options,
            console: output.console,
            transport: SocketTransport(),
            clock: ContinuousClock()
        )
    }

    /// Runs a command and ends the process with its status.
    func end(with command: (Session) async throws -> CommandStatus) async throws {
        let status = await run(command)
        throw ExitCode(status.rawValue)
    }
}

/// A duration as a person types it on the command line: `500ms`, `10s`, `2m`.
struct TypedDuration: ExpressibleByArgument {
    let duration: Duration

    init?(argument: String) {
        let units: [(String, Int)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]
        guard let (unit, size) = units.first(where: { argument.hasSuffix($0.0) }),
            let number = Int(argument.dropLast(unit.count)), number > 0, number < 1_000_000
        else { return nil }
        duration = .milliseconds(number * size)
    }

    init(_ duration: Duration) { self.duration = duration }

    var defaultValueDescription: String { "\(duration.components.seconds)s" }
}
