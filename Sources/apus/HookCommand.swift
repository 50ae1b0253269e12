import ArgumentParser
import Controller
import Foundation

/// `apus hook`
struct HookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hook",
        abstract: "Let a push start a pass at once.",
        subcommands: [Install.self, Notify.self]
    )

    /// `apus hook install`
    struct Install: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "install",
            abstract: "Write the post-receive hook of a repository.",
            usage: "apus hook install [<options>] <repository>",
            discussion:
                "May be repeated. Somebody else's hook is kept; the line to add to it is shown."
        )

        @Argument(help: "Path of the bare repository that is pushed to.")
        var repository: String

        @Option(
            help: ArgumentHelp(
                "The socket of `apus run --trigger`, when it was given.",
                valueName: "path"
            )
        )
        var trigger: String?

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let folder = RepositorySource.absolute(repository)
            let socket =
                trigger.map(RepositorySource.absolute) ?? output.state.triggerSocket(for: folder)
            let hook = PostReceiveHook(executable: ownPath, trigger: socket)
            let console = output.console
            do {
                switch try hook.install(into: folder) {
                case .installed:
                    console.tell("Installed. A push to \(folder) now starts a pass at once.")
                case .updated: console.tell("Updated. A push to \(folder) starts a pass at once.")
                case .alreadyInstalled: console.tell("Already installed; nothing changed.")
                }
            } catch {
                console.fail("\(error)")
                throw ExitCode(CommandStatus.error.rawValue)
            }
        }
    }

    /// `apus hook notify`: what the hook runs.
    struct Notify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "notify",
            abstract: "Tell `apus run` that references moved (run by the hook)."
        )

        @Option(help: "The socket on which apus run listens.")
        var trigger: String

        func run() async throws {
            guard await TriggerSocket.notify(trigger) else {
                // The push itself is done: the next poll will find it.
                let text =
                    "apus: nobody listens on \(trigger); the next poll of apus run will see this push\n"
                FileHandle.standardError.write(Data(text.utf8))
                return
            }
        }
    }
}
