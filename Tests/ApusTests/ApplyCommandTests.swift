import ArgumentParser
import Controller
import Testing

@testable import apus

@Suite struct ApplyCommandTests {
    @Test func `nothing given means this folder, and asking first`() throws {
        let command = try ApplyCommand.parse([])
        #expect(command.target == ".")
        #expect(!command.yes)
        #expect(command.timeout.duration == .seconds(120))
    }

    @Test func `a timeout without a unit is refused`() {
        #expect(throws: (any Error).self) { try ApplyCommand.parse(["--timeout", "10"]) }
    }
}
