import ArgumentParser
import Controller

/// Where the provider's store lies.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where accounts, keys and certificates are kept (default: in the state folder).",
            valueName: "folder"
        )
    )
    var store: String?

    var options: Session.ProviderOptions {
        var options = Session.ProviderOptions()
        options.store = store
        return options
    }
}

/// `apus certificates`
struct CertificatesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certificates",
        abstract: "Get certificates from authorities and keep them fresh.",
        discussion: """
            The provider: orders what Certificate documents want from their Issuer (ACME, RFC 8555), renews \
            at two thirds of a life or as the authority says, and keeps accounts, keys and certificates in a \
            folder of its own. Proxies get them by `apus run`.
            """,
        subcommands: [
            List.self, Show.self, Check.self, Run.self, Renew.self, Import.self, Account.self,
        ]
    )

    /// `apus certificates run`
    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run",
            abstract: "Order and renew certificates, continuously.",
            usage: "apus certificates run [<options>] [<repository>]",
            discussion: """
                Proves names by http-01, answered by every proxy of the fleets (the Issuer's `challengeMap`), \
                or by dns-01 through the Issuer's `hook`: PROGRAM publish|withdraw RECORD VALUE. An authority \
                that asks to be left alone is. What a crash interrupts is gone on with.
                """
        )

        @Argument(help: "Path or URL of the repository.")
        var repository = "."

        @Flag(help: "End when nothing is left to do: 0, or 7 when something could not be had.")
        var once = false

        @Option(
            help: ArgumentHelp(
                "Trust only the authorities of this PEM file when talking to an Issuer.",
                valueName: "file"
            )
        )
        var caFile: String?

        @OptionGroup var store: StoreOptions
        @OptionGroup var reading: RepositoryOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            var options = store.options
            options.once = once
            options.trust = caFile
            try await Session(repository, reading, output).end { try await $0.provide(options) }
        }
    }

    /// `apus certificates renew`
    struct Renew: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "renew",
            abstract: "Renew certificates now instead of when it is time.",
            usage: "apus certificates renew [<options>] <name> ...",
            discussion:
                "Leaves a request in the store that `apus certificates run` finds within a minute."
        )

        @Argument(help: "Names of Certificate documents.")
        var names: [String]

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Session(output).end {
                try await $0.requestRenewal(of: names, store.options)
            }
        }
    }

    /// `apus certificates import`
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Put a certificate that another client got into the store.",
            usage: "apus certificates import [<options>] <name> <file> ...",
            discussion: "The PEM files hold the certificate, its issuers and its key, in any order."
        )

        @Argument(help: "Name of the Certificate document.")
        var name: String

        @Argument(help: "PEM files.")
        var files: [String]

        @OptionGroup var store: StoreOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Session(output).end {
                try await $0.importCertificate(name, from: files, store.options)
            }
        }
    }

    /// `apus certificates account`
    struct Account: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "account",
            abstract: "Go on with an ACME account that another client made.",
            usage:
                "apus certificates account --issuer <name> --key <file> [<repository>]",
            discussion: "The key is an ECDSA P-256 key in PEM, as lego keeps it."
        )

        @Argument(help: "Path or URL of the repository.")
        var repository = "."

        @Option(help: ArgumentHelp("The Issuer document.", valueName: "name"))
        var issuer: String

        @Option(help: ArgumentHelp("The account's private key.", valueName: "file"))
        var key: String

        @OptionGroup var store: StoreOptions
        @OptionGroup var reading: RepositoryOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Session(repository, reading, output).end {
                try await $0.importAccount(of: issuer, key: key, store.options)
            }
        }
    }
}
