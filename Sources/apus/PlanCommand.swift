import ArgumentParser
import Controller

/// `apus plan`
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Show what apply would do, changing nothing.",
        usage: "apus plan [<options>] [<repository>]",
        discussion: """
            Looks at every proxy and prints the smallest safe list of operations. With --from and --to it \
            compares two revisions instead, as a merge would, and contacts no proxy.

              apus plan --out plan.json && apus apply plan.json
              apus plan --from main --to my-branch -o markdown
            """
    )

    @Argument(help: "Path or URL of the repository.")
    var repository = "."

    @Option(help: ArgumentHelp("Save the plan here, to apply exactly it.", valueName: "file"))
    var out: String?

    @Option(help: "How long a saved plan may be applied (10m, 24h).")
    var expires = TypedDuration(.seconds(86_400))

    @Option(
        help: ArgumentHelp("Compare from this revision; no proxy is contacted.", valueName: "ref")
    )
    var from: String?

    @Option(help: ArgumentHelp("Compare to this revision (default: --ref).", valueName: "ref"))
    var to: String?

    @Flag(name: .customLong("detailed-exitcode"), help: "Exit 2 when there are changes.")
    var detailedExitCode = false

    @Flag(name: .customLong("take-over"), help: "Plan for proxies that another owner claims.")
    var takeOver = false

    @OptionGroup var reading: RepositoryOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if to != nil, from == nil { throw ValidationError("--to needs --from") }
    }

    func run() async throws {
        var options = Session.PlanOptions()
        options.out = out
        options.validity = expires.duration
        options.from = from
        options.to = to
        options.detailedExitStatus = detailedExitCode
        try await Session(repository, reading, output, format.output).taking(over: takeOver).end {
            try await $0.plan(options)
        }
    }
}
