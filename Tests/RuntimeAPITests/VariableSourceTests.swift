import Testing

@testable import RuntimeAPI

@Suite struct VariableSourceTests {
    @Test(arguments: [
        VariableSource.expression("int(4)"), .format("a b; %[src]"), .expression("fmt"),
    ])
    func `what a variable is set to is read as it was printed`(source: VariableSource) throws {
        let command = RuntimeCommand.setVariable("proc.x", source)
        #expect(try RuntimeCommand.parse(line: command.text) == command)
    }

    @Test func `only a session in experimental mode may set one`() {
        var session = ServerSession(level: .admin)
        session.receive("set var proc.x int(1);experimental-mode on;set var proc.x int(1)\n".utf8)
        var commands: [RuntimeCommand] = []
        while let action = session.next() {
            guard case .execute(let command, _) = action else { continue }
            commands.append(command)
            _ = session.finish(RuntimeReply())
        }
        #expect(commands == [.setVariable("proc.x", .expression("int(1)"))])
    }
}
