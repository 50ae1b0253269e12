import ArgumentParser
import Controller
import Foundation

/// `apus apply`
struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Apply a saved plan, or plan, ask and apply.",
        usage: "apus apply [<options>] [<plan> | <repository>]",
        discussion: """
            Rolls out in the waves that the fleet's document asks for, looks at every proxy again, and is \
            done when nothing is left to do. One proxy's failure never stops the others.

            A saved plan is applied as it was reviewed: a proxy that has changed meanwhile is refused \
            (exit status 4).
            """
    )

    @Argument(
        help: ArgumentHelp(
            "A plan saved by `apus plan --out`, or path or URL of the repository.",
            valueName: "plan-or-repository"
        )
    )
    var target = "."

    @Flag(help: "Do not ask; needed where there is no terminal.")
    var yes = false

    @Option(
        help: "How long to wait for what only needs time, e.g. sessions that end (500ms, 10s, 2m)."
    )
    var timeout = TypedDuration(.seconds(120))

    @Flag(name: .customLong("take-over"), help: "Change proxies that another owner claims.")
    var takeOver = false

    @OptionGroup var reading: RepositoryOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var options = Session.ApplyOptions()
        options.yes = yes
        options.timeout = timeout.duration
        let attributes = try? FileManager.default.attributesOfItem(atPath: target)
        if attributes?[.type] as? FileAttributeType == .typeRegular { options.planFile = target }
        try await Session(target, reading, output, format.output).taking(over: takeOver).end {
            try await $0.apply(options)
        }
    }
}
