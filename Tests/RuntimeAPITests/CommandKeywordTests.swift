import FoundationEssentials
import Simulation
import Testing

@testable import RuntimeAPI

@Suite struct CommandKeywordTests {
    @Test func `the longest words that fit name the command`() {
        #expect(
            CommandKeyword.match(["show", "servers", "state", "web"])?.keyword == .showServersState
        )
        #expect(CommandKeyword.match(["set", "server"])?.length == 2)
        #expect(CommandKeyword.match(["show", "servers"]) == nil)
        #expect(CommandKeyword.match([]) == nil)
    }

    @Test func `help lists what begins alike and the session's own commands`() {
        let lines = CommandKeyword.help(matching: ["add", "server"]).split(separator: "\n")
        #expect(lines.count == 5)
        #expect(lines[1] == "  add server <bk>/<srv>                   : create a new server")
    }

    @Test func `help is what it was`() {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Transcripts/help.txt"
        )
        #expect(Golden.difference(of: CommandKeyword.help(matching: []), from: file) == nil)
    }
}
