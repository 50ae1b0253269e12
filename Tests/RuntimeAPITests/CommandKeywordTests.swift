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

    /// What HAProxy 3.0.11 let through on sockets of each level, for the commands it has.
    private static let levels: [AccessLevel: String] = [
        .user: """
        dump stats-file,get acl,get map,get weight,set severity-output,set timeout,show acl,show backend,\
        show cli level,show cli sockets,show info,show map,show servers conn,show servers state,show stat,\
        show version,user,help,prompt,quit
        """,
        .operator: "operator,show env",
        .admin: """
        add server,del server,disable agent,disable frontend,disable health,disable server,\
        enable agent,enable frontend,enable health,enable server,experimental-mode,expert-mode,\
        set maxconn frontend,set maxconn global,set maxconn server,set rate-limit,set server,\
        set weight,shutdown frontend,shutdown sessions server,wait
        """,
    ]

    @Test func `commands need the level they need in HAProxy`() throws {
        for (level, names) in Self.levels {
            for name in names.split(separator: ",") {
                let keyword = try #require(CommandKeyword(rawValue: String(name)))
                #expect(keyword.level == level, "\(name)")
            }
        }
        // HAProxy 3.0 lets everybody change lists; later releases, and we, ask for an administrator.
        for keyword in CommandKeyword.allCases
        where keyword.rawValue.hasSuffix(" map") || keyword.rawValue.hasSuffix(" acl") {
            let isRead = ["get", "show"].contains(keyword.words[0])
            #expect(keyword.level == (isRead ? .user : .admin), "\(keyword)")
        }
        // Beyond `clear counters`, which `clear counters all` exceeds.
        #expect(CommandKeyword.clearCounters.level == .operator)
    }

    @Test func `the README lists the commands there are`() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "README.md")
        let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        let start = try #require(text.firstRange(of: "<!-- commands -->\n"))
        let end = try #require(text.firstRange(of: "<!-- end of commands -->"))
        let wanted =
            text[..<start.upperBound] + CommandKeyword.markdownTable + text[end.lowerBound...]
        #expect(Golden.difference(of: String(wanted), from: file) == nil)
    }

    @Test func `help is what it was`() {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Transcripts/help.txt"
        )
        #expect(Golden.difference(of: CommandKeyword.help(matching: []), from: file) == nil)
    }
}
