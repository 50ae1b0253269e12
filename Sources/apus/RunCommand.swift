import ArgumentParser
import Controller

extension EventLog.Format: ExpressibleByArgument {}

/// `apus run`
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Keep the fleet as the repository says, continuously.",
        usage: "apus run [<options>] [<repository>]",
        discussion: """
            Follows the repository (at once on a push, see `apus hook install`), corrects what others \
            change on a proxy, restores proxies that restarted, and leaves the last good revision in \
            place when a commit has mistakes. SIGTERM and Ctrl-C end it after what it has begun.
            """
    )

    @Argument(help: "Path or URL of the repository.")
    var repository = "."

    @Option(help: ArgumentHelp("Where HTTP listens; port 0 picks one.", valueName: "host:port"))
    var listen = "127.0.0.1:9480"

    @Option(
        help: ArgumentHelp(
            "Socket on which hooks tell of a push (default: in the state folder).",
            valueName: "path"
        )
    )
    var trigger: String?

    @Option(help: "Between two looks at the repository (500ms, 10s, 2m).")
    var interval = TypedDuration(.seconds(30))

    @Option(
        help: ArgumentHelp(
            "Between two looks at the proxies for changes nobody committed (500ms, 10s, 2m).",
            valueName: "interval"
        )
    )
    var driftInterval = TypedDuration(.seconds(10))

    @Option(help: "How to log, one line an event.")
    var logFormat = EventLog.Format.text

    @Flag(name: .customLong("take-over"), help: "Change proxies that another owner claims.")
    var takeOver = false

    @OptionGroup var reading: RepositoryOptions
    @OptionGroup var output: OutputOptions

    func validate() throws { _ = try address() }

    func run() async throws {
        var options = Session.RunOptions()
        (options.host, options.port) = try address()
        options.trigger = trigger
        options.pollInterval = interval.duration
        options.driftInterval = driftInterval.duration
        options.logFormat = logFormat
        var system = SystemRandomNumberGenerator()
        options.seed = system.next()
        try await Session(repository, reading, output).taking(over: takeOver).end {
            try await $0.run(options)
        }
    }

    func address() throws -> (String, Int) {
        guard let colon = listen.lastIndex(of: ":"),
            let port = Int(listen[listen.index(after: colon)...]),
            (0...65_535).contains(port), colon > listen.startIndex
        else { throw ValidationError("--listen takes host:port, e.g. 127.0.0.1:9480") }
        return (String(listen[..<colon]), port)
    }
}
