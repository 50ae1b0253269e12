import ArgumentParser
import Controller

/// `apus adopt`
struct AdoptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt",
        abstract: "Give servers that others added the ids and marks that Apus gives its own.",
        usage: "apus adopt [<options>] [<repository>]",
        discussion: """
            A server that a script added carries no mark of its attributes, so Apus cannot see when one \
            that the Runtime API hides has changed, and its id may differ from proxy to proxy. This \
            replaces such servers, as many at once as maxUnavailable allows and while minCapacity \
            holds. Servers of the boot file are left as they are. Shows the plan and asks.
            """
    )

    @Argument(help: "Path or URL of the repository.")
    var repository = "."

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var reading: RepositoryOptions
    @OptionGroup var format: FormatOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var applying = Session.ApplyOptions()
        applying.yes = yes
        let session = Session(repository, reading, output, format.output).adopting()
        try await session.end { [applying] in try await $0.apply(applying) }
    }
}
