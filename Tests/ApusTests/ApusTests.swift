import ArgumentParser
import Controller
import Foundation
import Simulation
import Testing

@testable import apus

/// What people read who ask for help: one golden file a command.
@Suite struct ApusTests {
    private static let commands: [(String, any ParsableCommand.Type)] = [
        ("apus", Apus.self), ("check", CheckCommand.self), ("plan", PlanCommand.self),
        ("apply", ApplyCommand.self), ("run", RunCommand.self), ("hook", HookCommand.self),
        ("hook-install", HookCommand.Install.self), ("schema", SchemaCommand.self),
        ("explain", ExplainCommand.self), ("import", ImportCommand.self),
        ("adopt", AdoptCommand.self), ("trace", TraceCommand.self),
        ("certificates", CertificatesCommand.self),
        ("certificates-run", CertificatesCommand.Run.self),
        ("certificates-renew", CertificatesCommand.Renew.self),
        ("certificates-import", CertificatesCommand.Import.self),
        ("certificates-account", CertificatesCommand.Account.self),
        ("status", StatusCommand.self), ("history", HistoryCommand.self),
        ("suspend", SuspendCommand.self), ("resume", ResumeCommand.self),
        ("rollback", RollbackCommand.self), ("unpin", UnpinCommand.self),
        ("completion", CompletionCommand.self), ("man", ManCommand.self),
    ]

    @Test(arguments: commands.map(\.0))
    func `help reads well on eighty columns`(name: String) throws {
        let command = try #require(Self.commands.first { $0.0 == name }?.1)
        let help = Apus.helpMessage(for: command, columns: 80)
        #expect(help.split(separator: "\n").allSatisfy { $0.count <= 80 })
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Golden/\(name).txt"
        )
        #expect(Golden.difference(of: help + "\n", from: file) == nil)
    }

    @Test func `what apus runs of itself is not advertised`() {
        #expect(!Apus.helpMessage(columns: 80).contains("internal-fetch"))
    }

    @Test(arguments: Shell.allCases)
    func `every shell can complete every command`(shell: Shell) {
        let script = Apus.completionScript(for: shell.completion)
        for name in ["plan", "apply", "suspend", "rollback"] { #expect(script.contains(name)) }
    }

    @Test func `the manual has a section for every command and no line that roff would eat`() {
        for command in ["CHECK", "PLAN", "APPLY", "STATUS", "SUSPEND", "ROLLBACK"] {
            #expect(ManPage.text.contains(".SH \"APUS \(command)\""))
        }
        let requests = ManPage.text.split(separator: "\n").filter { $0.hasPrefix(".") }
        let known = [".TH", ".SH", ".B", ".I", ".RI", ".BR", ".TP", ".nf", ".fi"]
        #expect(requests.allSatisfy { line in known.contains { line.hasPrefix($0) } })
        #expect(!ManPage.text.contains("INTERNAL"))
    }

    @Test func `what is typed with a suspension is heard`() throws {
        let command = try SuspendCommand.parse([
            "edge", "--server", "shop/s1", "--reason", "leak", "--for", "2h",
        ])
        #expect(command.scope.options.server == "shop/s1")
        #expect(command.duration?.duration == .seconds(7_200))
        #expect(throws: (any Error).self) { try SuspendCommand.parse(["edge"]) }
        #expect(try RollbackCommand.parse(["edge", "--reason", "x"]).repository == ".")
    }
}
