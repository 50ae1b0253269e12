import ArgumentParser
import Controller
import Desired
import Foundation

/// `apus check`
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validate a repository offline: every mistake at once, file:line:column.",
        usage: "apus check [<options>] [<repository>]",
        discussion: "Contacts no proxy. Exit status 1 when there is a mistake."
    )

    @Argument(help: "Path or URL of the repository.")
    var repository = "."

    @OptionGroup var reading: RepositoryOptions
    @OptionGroup var format: DataOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Session(repository, reading, output, format.output).end { try await $0.check() }
    }
}

/// `apus schema`
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of every kind of document, or of a plan.",
        discussion: """
            For an editor, e.g. as first line of a YAML file:
              # yaml-language-server: $schema=apus.schema.json
            """
    )

    @Flag(help: "The schema of what `apus plan --out` saves.")
    var plan = false

    @Flag(help: "Print the same as tables in Markdown, for people.")
    var markdown = false

    func run() throws {
        let text =
            plan
            ? PlanSchema.json : markdown ? SchemaReference.markdown() : FleetSchema.jsonSchema()
        print(text, terminator: text.hasSuffix("\n") ? "" : "\n")
    }
}

/// `apus internal-fetch`: the child in which libgit2 may hang.
struct InternalFetchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "internal-fetch",
        abstract: "Bring a mirror up to date (used by apus itself).",
        shouldDisplay: false
    )

    @Argument var url: String
    @Argument var mirror: String

    func run() throws {
        do {
            try Mirror.fetch(url, into: mirror)
        } catch {
            // The parent reads these words and shows them as its own.
            FileHandle.standardError.write(Data(error.description.utf8))
            throw ExitCode(CommandStatus.error.rawValue)
        }
    }
}
