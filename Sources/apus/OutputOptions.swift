import ArgumentParser
import Controller
import Foundation

extension ColorMode: ExpressibleByArgument {}

/// Options of every command.
struct OutputOptions: ParsableArguments {
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
