import ArgumentParser
import Controller

extension CertificatesCommand {
    /// `apus certificates list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List every certificate with its source, its version and when it expires.",
            usage: "apus certificates list [<options>] [<repository>]",
            discussion: "Contacts no proxy."
        )

        @Argument(help: "Path or URL of the repository, or of a folder with --worktree.")
        var repository = "."

        @OptionGroup var reading: RepositoryOptions
        @OptionGroup var format: DataOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Session(repository, reading, output, format.output).end {
                try await $0.listCertificates()
            }
        }
    }

    /// `apus certificates show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show everything about one certificate but its key.",
            usage: "apus certificates show [<options>] <certificate> [<repository>]"
        )

        @Argument(help: "The document's name, or the name that proxies know it by.")
        var certificate: String

        @Argument(help: "Path or URL of the repository, or of a folder with --worktree.")
        var repository = "."

        @OptionGroup var reading: RepositoryOptions
        @OptionGroup var format: DataOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Session(repository, reading, output, format.output).end {
                try await $0.showCertificate(certificate)
            }
        }
    }

    /// `apus certificates check`
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Compare desired state, each proxy's memory and the wire.",
            usage: "apus certificates check [<options>] [<repository>]",
            discussion: """
                Names the place that differs. The wire is looked at where --connect says where clients \
                connect: a real handshake for each certificate. Exit status 1 when anything differs.
                """
        )

        @Argument(help: "Path or URL of the repository, or of a folder with --worktree.")
        var repository = "."

        @Option(
            help: ArgumentHelp(
                "Where clients connect, of all proxies or of one; may be repeated.",
                valueName: "[proxy=]host:port"
            )
        )
        var connect: [String] = []

        @OptionGroup var reading: RepositoryOptions
        @OptionGroup var format: DataOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            var options = Session.CertificateCheckOptions()
            options.places = connect
            let checking = options
            try await Session(repository, reading, output, format.output).end {
                try await $0.checkCertificates(checking)
            }
        }
    }
}
