import ArgumentParser
import Controller
import Foundation

/// `apus policy`
struct PolicyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Test policies, see what they can name, let a plan pass one.",
        discussion: """
            A Policy document holds conditions in CEL that every change must keep. The policies of the \
            revision that is applied and of the new one both count, so that no commit weakens its own guard.
            """,
        subcommands: [Test.self, Schema.self, Acknowledge.self]
    )

    /// `apus policy test`
    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "test",
            abstract: "Run the tests that policies bring along.",
            usage: "apus policy test [<options>] [<repository>]",
            discussion: "Contacts no proxy. Exit status 1 when a test is not as expected."
        )

        @Argument(help: "Path or URL of the repository, or of a folder with --worktree.")
        var repository = "."

        @OptionGroup var reading: RepositoryOptions
        @OptionGroup var format: DataOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Session(repository, reading, output, format.output).end {
                try await $0.testPolicies()
            }
        }
    }

    /// `apus policy schema`
    struct Schema: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "schema",
            abstract: "Show every variable, field and function that an expression can name."
        )

        @OptionGroup var format: DataOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Session(".", RepositoryOptions.parse([]), output, format.output).end {
                try $0.describePolicies()
            }
        }
    }

    /// `apus policy acknowledge`
    struct Acknowledge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "acknowledge",
            abstract: "Let one plan pass a policy of level override, for some time.",
            discussion: """
                The denial names the policy and the digest of the plan. What is acknowledged is exactly that \
                change: another one is denied again. Meant for `apus run`; `apus apply --ack` asks and applies at once.
                """
        )

        @Argument(help: "The policy's name.")
        var policy: String

        @Option(help: ArgumentHelp("The digest that the denial names.", valueName: "sha256:…"))
        var plan: String

        @Option(help: "Why; kept in the history.")
        var reason: String

        @Option(name: .customLong("for"), help: "How long it holds (30m, 4h).")
        var validity = TypedDuration(.seconds(3600))

        @OptionGroup var output: OutputOptions

        func validate() throws { try SuspendCommand.check(reason) }

        func run() async throws {
            var options = Session.AcknowledgeOptions()
            options.policy = policy
            options.plan = plan
            options.reason = reason
            options.actor = NSUserName()
            options.validity = validity.duration
            try await Session(".", RepositoryOptions.parse([]), output, .text).end {
                try $0.acknowledge(options)
            }
        }
    }
}
