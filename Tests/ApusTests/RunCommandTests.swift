import ArgumentParser
import Controller
import Testing

@testable import apus

@Suite struct RunCommandTests {
    @Test func `the listening address has a host and a port`() throws {
        let command = try RunCommand.parse(["--listen", "127.0.0.1:0"])
        let (host, port) = try command.address()
        #expect(host == "127.0.0.1")
        #expect(port == 0)
    }

    @Test(arguments: ["9480", ":9480", "host:", "host:70000", "host:-1"])
    func `anything else is refused before anything starts`(listen: String) throws {
        #expect(throws: (any Error).self) { try RunCommand.parse(["--listen", listen]) }
    }
}
