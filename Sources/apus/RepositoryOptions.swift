import ArgumentParser

/// Options of every command that reads a repository.
struct RepositoryOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Commit, branch or tag to read.", valueName: "ref"))
    var ref = "HEAD"

    @Flag(help: "Read the files as they lie on disk instead of a commit.")
    var worktree = false

    @Option(
        help: ArgumentHelp(
            "How long fetching a remote repository may take (500ms, 10s, 2m).",
            valueName: "time"
        )
    )
    var fetchTimeout = TypedDuration(.seconds(60))

    @Option(
        help: ArgumentHelp(
            "Repository or folder of policies that hold on top of the repository's own.",
            valueName: "path or URL"
        )
    )
    var policies: String?

    @Option(
        help: ArgumentHelp(
            "Where relative paths of certificates' files begin (default: files in the state folder).",
            valueName: "folder"
        )
    )
    var certificates: String?

    @Option(help: ArgumentHelp("Only this fleet; may be repeated.", valueName: "name"))
    var fleet: [String] = []

    @Option(help: ArgumentHelp("Only this proxy; may be repeated.", valueName: "name"))
    var proxy: [String] = []
}
