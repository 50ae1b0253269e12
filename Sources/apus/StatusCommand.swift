import ArgumentParser
import Controller

/// `apus status`
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how far every fleet is, and what people ordered.",
        usage: "apus status [<options>] [<fleet> ...]",
        discussion: """
            Tells what is known, whether or not `apus run` runs now: Ready, Reconciling or Stalled, the \
            revision that was applied and the one attempted, proxies that are not in sync and why, \
            suspensions, pins and the last five passes.

              apus status
              apus status --watch
              apus status edge -o json | jq '.status.fleets[0].condition'
            """
    )

    @Argument(help: "Only these fleets.")
    var fleets: [String] = []

    @Flag(help: "Show it again whenever something changes, until Ctrl-C.")
    var watch = false

    @OptionGroup var format: DataOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Session(output, format.output).end {
            if watch { return try await $0.watchStatus(of: fleets) }
            return try $0.status(of: fleets)
        }
    }
}

/// `apus history`
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show the passes that changed something, and what was sent.",
        usage: "apus history [<options>] [<fleet>]",
        discussion: """
            The newest pass first: when, why, at whose order, and what it came to. A thousand passes of \
            every fleet are kept.

              apus history edge --limit 5
              apus history --pass 42
            """
    )

    @Argument(help: "Only this fleet.")
    var fleet: String?

    @Option(help: "How many passes.")
    var limit = 20

    @Option(help: ArgumentHelp("Everything that one pass sent, step by step.", valueName: "id"))
    var pass: Int?

    @OptionGroup var format: DataOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var options = Session.HistoryOptions()
        options.fleet = fleet
        options.limit = max(1, limit)
        options.pass = pass
        try await Session(output, format.output).end { try $0.history(options) }
    }
}
