import ArgumentParser
import Controller
import Testing

@testable import apus

@Suite struct PlanCommandTests {
    @Test func `options are what the manual says`() throws {
        let command = try PlanCommand.parse([
            "repo", "--ref", "main", "--fleet", "a", "--fleet", "b", "--proxy", "lb1", "--out",
            "p.json",
            "--detailed-exitcode", "-o", "json", "--color", "never",
        ])
        #expect(command.repository == "repo")
        #expect(command.reading.ref == "main")
        #expect(command.reading.fleet == ["a", "b"])
        #expect(command.reading.proxy == ["lb1"])
        #expect(command.out == "p.json")
        #expect(command.detailedExitCode)
        #expect(command.format.output == .json)
        #expect(command.output.color == .never)
    }

    @Test func `to needs from`() {
        #expect(throws: (any Error).self) { try PlanCommand.parse(["--to", "main"]) }
        #expect(throws: Never.self) { try PlanCommand.parse(["--from", "a", "--to", "main"]) }
    }
}
