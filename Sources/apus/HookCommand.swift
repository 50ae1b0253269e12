import ArgumentParser
import Controller
import Foundation

/// `apus hook`
struct HookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hook",
        abstract: "Let a push start a pass at once, or refuse one that policies deny.",
        subcommands: [Install.self, Notify.self, Gate.self]
    )

    /// `apus hook install`
    struct Install: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "install",
            abstract: "Write the hooks of a repository that is pushed to.",
            usage: "apus hook install [<options>] <repository>",
            discussion: """
                Writes post-receive, which tells `apus run` of a push; with --gate also pre-receive, which \
                refuses a push that `apus check` or a policy would refuse.

                May be repeated. Somebody else's hook is kept; the line to add to it is shown.
                """
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

        @Flag(help: "Refuse a push with a mistake in it, or one that a policy denies.")
        var gate = false

        @Option(
            help: ArgumentHelp(
                "With --gate: a branch that is judged; may be repeated (default: the one of HEAD).",
                valueName: "name"
            )
        )
        var branch: [String] = []

        @Option(
            help: ArgumentHelp(
                "With --gate: repository or folder of policies that hold on top of the repository's own.",
                valueName: "path or URL"
            )
        )
        var policies: String?

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
                if gate { try installGate(into: folder, console) }
            } catch {
                console.fail("\(error)")
                throw ExitCode(CommandStatus.error.rawValue)
            }
        }

        private func installGate(into folder: String, _ console: Console) throws {
            let hook = PreReceiveHook(
                executable: ownPath,
                branches: branch,
                policies: policies.map(RepositorySource.unambiguous),
                state: output.stateDir.map(RepositorySource.absolute)
            )
            switch try hook.install(into: folder) {
            case .installed:
                console.tell("Installed. A push that check or a policy refuses is refused.")
            case .updated: console.tell("Updated the gate.")
            case .alreadyInstalled: console.tell("The gate is already installed; nothing changed.")
            }
        }
    }

    /// `apus hook notify`: what the post-receive hook runs.
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

    /// `apus hook gate`: what the pre-receive hook runs.
    struct Gate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "gate",
            abstract: "Judge the references that a push would move (run by the hook)."
        )

        @Option(help: ArgumentHelp("A branch that is judged; may be repeated.", valueName: "name"))
        var branch: [String] = []

        @Option(
            help: ArgumentHelp(
                "Repository or folder of policies that hold on top of the repository's own.",
                valueName: "path or URL"
            )
        )
        var policies: String?

        @OptionGroup var output: OutputOptions

        func run() async throws {
            var updates: [ReferenceUpdate] = []
            while let line = readLine() {
                if let update = ReferenceUpdate(line) { updates.append(update) }
            }
            // Git runs the hook in the repository and keeps the pushed objects apart until it agrees.
            let quarantine = ProcessInfo.processInfo.environment["GIT_QUARANTINE_PATH"]
            let objects = quarantine.map { [$0] } ?? []
            try await Session(gateWith: objects, policies: policies, output).end {
                try await $0.gate(updates, branches: branch)
            }
        }
    }
}
