import ArgumentParser
import Controller

/// `apus trace`
struct TraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Say which commit, author and line a live server comes from.",
        usage: "apus trace [<options>] <proxy> <backend/server>",
        discussion: """
            Example:
              apus trace lb1 shop/shop-3
            """
    )

    @Argument(help: "A proxy of the repository, or FLEET/PROXY.")
    var proxy: String

    @Argument(help: ArgumentHelp("The server on it.", valueName: "backend/server"))
    var server: String

    @Option(help: ArgumentHelp("Path or URL of the repository.", valueName: "path"))
    var repository = "."

    @Option(help: ArgumentHelp("Commit, branch or tag to read.", valueName: "ref"))
    var ref = "HEAD"

    @Flag(help: "Read the files as they lie on disk instead of a commit.")
    var worktree = false

    @OptionGroup var format: DataOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var reading = try RepositoryOptions.parse([])
        reading.ref = ref
        reading.worktree = worktree
        let session = Session(repository, reading, output, format.output)
        try await session.end { try await $0.trace(proxy: proxy, server: server) }
    }
}
