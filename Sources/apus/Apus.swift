import ArgumentParser
import Controller
import Desired
import Fleet
import Foundation

/// The reconciler's command line; every command is a thin door to `Session`.
@main
struct Apus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apus",
        abstract: "Keeps fleets of HAProxy and apus-proxy as a Git repository says.",
        discussion: """
            Reads the desired state from a repository (a path or URL, default '.'), looks at what each \
            proxy really runs over its Runtime API, and changes only what differs. Never reloads.

            Exit status: 0 ok, 1 error, 2 there are changes (--detailed-exitcode), 3 denied by policy, \
            4 stale plan, 5 partly applied, 6 locked by somebody else, 7 not converged in time.
            """,
        version: "apus 0.1.0",
        subcommands: [
            CheckCommand.self, PlanCommand.self, ApplyCommand.self, RunCommand.self,
            StatusCommand.self, HistoryCommand.self, SuspendCommand.self, ResumeCommand.self,
            RollbackCommand.self, UnpinCommand.self, HookCommand.self, PolicyCommand.self,
            ImportCommand.self, AdoptCommand.self, CertificatesCommand.self, TraceCommand.self,
            SchemaCommand.self,
            ExplainCommand.self, CompletionCommand.self, ManCommand.self,
            InternalFetchCommand.self,
        ]
    )

    /// Usage errors exit 1, not the 64 of the argument parser: the table above is all there is.
    static func main() async {
        do {
            var command = try Apus.parseAsRoot()
            if let complaint = DescriptorLimit.current.complaint {
                FileHandle.standardError.write(Data("error: \(complaint)\n".utf8))
                throw ExitCode(1)
            }
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let status as ExitCode {
            Apus.exit(withError: status)
        } catch {
            guard Apus.exitCode(for: error).isSuccess else {
                let arguments = Array(CommandLine.arguments.dropFirst())
                let complaint =
                    Apus.complaint(aboutCommandIn: arguments) ?? Apus.complaint(about: error)
                FileHandle.standardError.write(Data("\(complaint)\n".utf8))
                Apus.exit(withError: ExitCode(1))
            }
            Apus.exit(withError: error)
        }
    }

    /// What is wrong with the first word, when it is no command; nil when it is one.
    static func complaint(aboutCommandIn arguments: [String]) -> String? {
        guard let word = arguments.first, !word.hasPrefix("-") else { return nil }
        let names = configuration.subcommands.filter { $0.configuration.shouldDisplay }
            .map { $0._commandName }
        guard word != "help", word != InternalFetchCommand._commandName, !names.contains(word)
        else { return nil }
        return UnknownCommand(word, among: names).description
    }

    /// The argument parser's words, in the form of all our errors.
    static func complaint(about error: any Error) -> String {
        let message = fullMessage(for: error)
        let rest = message.hasPrefix("Error: ") ? message.dropFirst("Error: ".count) : message[...]
        return "error: \(rest)"
    }
}
