import ArgumentParser
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
}
