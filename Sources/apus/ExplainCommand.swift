import ArgumentParser
import Controller
import Desired

/// `apus explain`
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say what a kind of document or one of its keys means.",
        discussion: """
            Without a path it lists the kinds. Examples:
              apus explain Backend
              apus explain Backend.server.slowstart
              apus explain Fleet.rollout
            """
    )

    @Argument(help: "A kind, or a key below one such as Backend.server.inter.")
    var path: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let console = output.console
        do throws(SchemaReference.Unknown) {
            let page: SchemaReference.Page? =
                if let path { try SchemaReference.page(of: path) } else { nil }
            console.show(ReferencePage(page, columns: console.columns).lines)
        } catch {
            console.fail("\(error)\n`apus explain` lists the kinds")
            throw ExitCode(CommandStatus.error.rawValue)
        }
    }
}
