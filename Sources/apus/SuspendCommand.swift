import ArgumentParser
import Controller

/// What `suspend` and `resume` are about.
struct ScopeOptions: ParsableArguments {
    @Argument(help: "The fleet.")
    var fleet: String

    @Option(help: ArgumentHelp("Only this proxy of it.", valueName: "name"))
    var proxy: String?

    @Option(help: ArgumentHelp("Only this backend.", valueName: "name"))
    var backend: String?

    @Option(help: ArgumentHelp("Only this server.", valueName: "backend/server"))
    var server: String?

    var options: Session.SuspendOptions {
        var options = Session.SuspendOptions(fleet: fleet)
        options.proxy = proxy
        options.backend = backend
        options.server = server
        return options
    }
}

/// `apus suspend`
struct SuspendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend",
        abstract: "Leave a fleet, proxy, backend or server alone for a while.",
        usage: "apus suspend <fleet> [<options>] --reason <text>",
        discussion: """
            Nothing that is suspended is changed, by `apus run` or by `apus apply`, until its time is up or \
            somebody resumes it. A proxy that restarts is still given what it had.

              apus suspend edge --proxy lb3 --reason "new kernel" --for 2h
              apus suspend edge --server shop/shop-1 --reason "debugging a leak"
            """
    )

    @OptionGroup var scope: ScopeOptions

    @Option(help: "Why; everybody sees it in `apus status`.")
    var reason: String

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "For how long, such as 30m, 2h or 7d (default: until resumed).",
            valueName: "time"
        )
    )
    var duration: TypedDuration?

    @OptionGroup var output: OutputOptions

    func validate() throws { try Self.check(reason) }

    /// A reason of no words would tell nobody anything.
    static func check(_ reason: String) throws {
        guard reason.contains(where: { !$0.isWhitespace }) else {
            throw ValidationError("--reason is what others read in `apus status`; say why")
        }
    }

    func run() async throws {
        var options = scope.options
        options.reason = reason
        options.duration = duration?.duration
        try await Session(output).end { try await $0.suspend(options) }
    }
}

/// `apus resume`
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "End a suspension, or try a halted revision again.",
        usage: "apus resume <fleet> [<options>]",
        discussion: """
            Names what `apus suspend` named. For a whole fleet it also lets a halted revision be tried again \
            and operations be sent again that a proxy rejected.
            """
    )

    @OptionGroup var scope: ScopeOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Session(output).end { try await $0.resume(scope.options) }
    }
}
