import Model
import RuntimeAPI
import Simulation
import Testing

@Suite struct RuntimeCommandTests {
    @Test(arguments: Seed.runs)
    func `a printed command is parsed as the same command`(seed: Seed) throws {
        var random = RandomCommands(seed)
        for _ in 0..<50 {
            let command = random.command()
            #expect(try RuntimeCommand.parse(line: command.text) == command, "\(command.text)")
        }
    }

    @Test(arguments: [
        RuntimeCommand.setSeverityOutput(.number, isSilent: true), .setSeverityOutput(.none),
        .setMode(.expert, nil), .setMode(.experimental, "on"), .showCLISockets, .showCLILevel,
    ])
    func `a printed command of the session is parsed as the same`(command: RuntimeCommand) throws {
        #expect(try RuntimeCommand.parse(line: command.text) == command)
    }

    @Test func `special characters are escaped`() {
        let map = PatternReference(name: "virt@m", version: 3)
        let command = RuntimeCommand.addMap(map, key: "a;b", value: #"c d\e"#)
        #expect(command.text == #"add map @3 virt@m a\;b c\ d\\e"#)
    }

    @Test(arguments: [
        ("add server", "Require 'backend/server'."),
        ("add server web/", "Require 'backend/server'."),
        ("wait", "Expects a duration in milliseconds."),
        ("wait x", "Invalid duration."),
        ("wait 1s srv-removable", "Missing server name (<backend>/<server>)."),
        ("set timeout", "'set timeout' only supports 'cli'."),
        ("set timeout cli x", "Invalid timeout value."),
        ("set severity-output bad", "one of 'none', 'number', 'string' is a required argument"),
        ("commit map virt@m", "Missing version number."),
        ("del map virt@m", "This command expects two parameters: map identifier and key."),
        ("show stat domain foo", "Invalid statistics domain."),
    ])
    func `wrong words are refused in HAProxy's words`(line: String, text: String) {
        #expect(throws: RuntimeSyntaxError(error: text)) { try RuntimeCommand.parse(line: line) }
    }

    @Test(arguments: [
        ("set server web/a weight", "Require <weight> or <weight%>."),
        ("set server web/a weight x", "Empty weight string empty or preceded by garbage"),
        ("set server web/a weight 257", "Absolute weight can only be between 0 and 256 inclusive."),
        ("set server web/a weight 5x", "Trailing garbage in weight string"),
        ("set server web/a weight -1%", "Relative weight must be positive."),
        (
            "set server web/a state up",
            "'set server <srv> state' expects 'ready', 'drain' and 'maint'."
        ),
        ("set maxconn server web/a x", "maxconn string empty or preceded by garbage"),
    ])
    func `a wrong argument is mentioned once the server is known`(line: String, text: String) throws
    {
        guard case .invalid(let command) = try RuntimeCommand.parse(line: line) else {
            Issue.record("\(line) was understood")
            return
        }
        #expect(command.subject == .server(ServerReference(backend: "web", server: "a")))
        #expect(command.reply == RuntimeReply(severity: .error, text: text))
    }

    @Test(arguments: ["commit ssl providers", "rollback now"])
    func `a command of others that begins like one of ours is unknown`(line: String) {
        let error = #expect(throws: RuntimeSyntaxError.self) {
            try RuntimeCommand.parse(line: line)
        }
        #expect(error?.reply.text.hasPrefix("Unknown command: ") == true)
    }

    @Test func `the level is looked at before the arguments`() {
        #expect(throws: RuntimeSyntaxError(error: "Permission denied")) {
            try RuntimeCommand.parse(["add", "server"], level: .operator)
        }
    }

    @Test func `an unknown command is answered with those that begin alike`() throws {
        let error = #expect(throws: RuntimeSyntaxError.self) {
            try RuntimeCommand.parse(line: "show servers foo")
        }
        let lines = try #require(error).reply.text.split(separator: "\n")
        let listed = lines.dropFirst().map {
            $0.split(separator: " ").prefix(3).joined(separator: " ")
        }
        #expect(lines[0].hasPrefix("Unknown command: 'show', but maybe"))
        #expect(listed.contains("show servers state"))
        #expect(!listed.contains { $0.hasPrefix("show stat") })
        #expect(error?.reply.severity == .info)
    }
}
