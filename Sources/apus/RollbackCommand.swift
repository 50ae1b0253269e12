import ArgumentParser
import Controller

/// `apus rollback`
struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Pin a fleet to an earlier revision and bring it there.",
        usage: "apus rollback <fleet> [<repository>] [--to <ref>] --reason <text>",
        discussion: """
            Without --to it is the revision that was confirmed before the present one. The fleet stays there, \
            whatever is pushed, until `apus unpin`. Where `apus run` keeps the fleet, it does the work.

              apus rollback edge --reason "shop answers 500"
              apus rollback edge --to v1.4.2 --reason "back to the release"
            """
    )

    @Argument(help: "The fleet.")
    var fleet: String

    @Argument(help: "Path or URL of the repository.")
    var repository = "."

    @Option(help: ArgumentHelp("Commit, branch or tag.", valueName: "ref"))
    var to: String?

    @Option(help: "Why; everybody sees it in `apus status`.")
    var reason: String

    @Option(help: "How long to wait for what only needs time (500ms, 10s, 2m).")
    var timeout = TypedDuration(.seconds(120))

    @OptionGroup var output: OutputOptions

    func validate() throws { try SuspendCommand.check(reason) }

    func run() async throws {
        var options = Session.RollbackOptions(fleet: fleet)
        options.revision = to
        options.reason = reason
        options.timeout = timeout.duration
        try await Session(output, repository: repository).end { try await $0.rollback(options) }
    }
}

/// `apus unpin`
struct UnpinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpin",
        abstract: "Let a fleet follow the repository again after a rollback.",
        usage: "apus unpin <fleet>"
    )

    @Argument(help: "The fleet.")
    var fleet: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Session(output).end { try await $0.unpin(fleet) }
    }
}
