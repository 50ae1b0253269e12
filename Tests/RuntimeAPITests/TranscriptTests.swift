import FoundationEssentials
import RuntimeAPI
import Simulation
import Testing

/// What real HAProxys answered, read by our client: `make transcripts` records them.
@Suite struct TranscriptTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Transcripts")

    static func files(_ mode: String) throws -> [String] {
        try ["haproxy-2.6", "haproxy-3.0"].flatMap { release in
            try FileManager.default.contentsOfDirectory(
                atPath: folder.appending(path: release).path
            )
            .filter { $0.hasSuffix(".\(mode).txt") }.sorted().map { "\(release)/\($0)" }
        }
    }

    static func transcript(_ name: String) throws -> Transcript {
        let data = try Data(contentsOf: folder.appending(path: name))
        return Transcript(parsing: String(decoding: data, as: UTF8.self))
    }

    @Test func `a transcript is stored and read back`() {
        let steps = [
            Transcript.Step(sent: "a <<\nb\n\n", received: "x\n\n", isClosed: true),
            Transcript.Step(sent: "c\n", received: "+ \n> ", isClosed: false),
        ]
        #expect(Transcript(parsing: Transcript(steps: steps).text).steps == steps)
    }

    /// The commands of a step as placeholders: only their number and the payload's lines matter here.
    private func commands(of step: Transcript.Step) -> [(RuntimeCommand, payload: String?)] {
        let lines = step.sent.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        let line = lines[0].replacing(#"\;"#, with: "")
        let count = line.count { $0 == ";" } + 1
        var commands = Array(
            repeating: (RuntimeCommand.showVersion, payload: String?.none),
            count: count
        )
        if lines.count > 1 {
            commands[count - 1].payload = lines.dropFirst().joined(separator: "\n")
        }
        return commands
    }

    @Test(arguments: try files("prompt"))
    func `every reply in prompt mode is told apart`(file: String) throws {
        var random = RandomCommands(Seed(7))
        var client = ClientExchange(mode: .prompt)
        _ = client.open()
        #expect(try client.receive("\n> ".utf8).isEmpty)
        for step in try Self.transcript(file).steps {
            let commands = commands(of: step)
            if step.sent != "prompt\n" { _ = client.send(commands) }
            var replies: [RuntimeReply] = []
            for piece in random.pieces(of: Array(step.received.utf8)) {
                replies += try client.receive(piece)
            }
            #expect(client.pending == 0, "\(step.sent)")
            let words = replies.map(\.text).joined(separator: "\n").split(
                whereSeparator: \.isNewline
            )
            let expected = step.received.split(whereSeparator: \.isNewline).map(bare).filter {
                !$0.isEmpty
            }
            #expect(words == expected, "\(step.sent)")
        }
    }

    /// A received line without prompts and severity.
    private func bare(_ line: Substring) -> Substring {
        var line = line
        while line.hasPrefix("> ") || line.hasPrefix("+ ") { line = line.dropFirst(2) }
        if line.hasPrefix("["), line.dropFirst(2).hasPrefix("]: ") { line = line.dropFirst(5) }
        return line
    }

    @Test(arguments: try files("one-shot"))
    func `a command alone on its connection gets the whole reply`(file: String) throws {
        for step in try Self.transcript(file).steps where step.isClosed {
            let commands = commands(of: step)
            guard commands.count == 1, !step.received.isEmpty, !step.sent.hasPrefix("prompt\n")
            else { continue }
            var client = ClientExchange(mode: .oneShot)
            _ = client.send(commands)
            #expect(try client.receive(step.received.utf8).isEmpty)
            let replies = try client.receiveEnd()
            #expect(replies.count == 1, "\(step.sent)")
        }
    }

    /// The text of the reply to a step of one command.
    static func reply(to sent: String, in transcript: Transcript) throws -> [String] {
        transcript.steps.filter { $0.sent == sent + "\n" }.map { String($0.received.dropLast()) }
    }

    @Test(arguments: try files("one-shot"))
    func `every table is read, and printed as it was`(file: String) throws {
        for step in try Self.transcript(file).steps {
            let text = String(step.received.dropLast())
            switch step.sent {
            case "show servers state\n", "show servers state web\n":
                #expect(try ServerStateTable.parse(text).text == text)
            case "show servers conn\n", "show servers conn web\n":
                #expect(try ServerConnTable.parse(text).text(threads: 2) == text)
            case "show backend\n": #expect(try BackendList.parse(text).text == text)
            case "show map\n": #expect(try MapList.parse(text).text == text)
            case "show map routes.map\n": #expect(try MapDump.parse(text).text == text)
            case "dump stats-file\n": #expect(try StatsFile.parse(text).text == text)
            case "show info\n": #expect(try InfoTable.parse(text).text(.plain) == text)
            default: break
            }
        }
    }

    @Test(arguments: ["haproxy-2.6", "haproxy-3.0"])
    func `statistics mean the same in every format`(release: String) throws {
        let transcript = try Self.transcript("\(release)/show.one-shot.txt")
        let answers = { (sent: String) throws -> StatTable in
            let text = try #require(try Self.reply(to: sent, in: transcript).first)
            return try StatTable.parse(
                text,
                keeping: Set(StatField.allCases).subtracting([.lastchg, .downtime])
            )
        }
        let all = try answers("show stat")
        #expect(
            all.rows.compactMap { $0.text(.serverName) } == [
                "FRONTEND", "web1", "web2", "BACKEND", "api1", "BACKEND",
            ]
        )
        #expect(
            try answers("show stat -1 2 -1 typed").rows == all.rows.filter { $0.kind == .backend }
        )
        let servers = all.rows.filter { $0.kind == .server && $0.text(.proxyName) == "web" }
        #expect(try answers("show stat web 4 -1").rows == servers)
        #expect(try answers("show stat web 4 -1 json").rows == servers)
    }

    @Test func `typed and JSON formats are printed as HAProxy 3.0 prints them`() throws {
        let transcript = try Self.transcript("haproxy-3.0/show.one-shot.txt")
        let typed = try #require(
            try Self.reply(to: "show stat -1 2 -1 typed", in: transcript).first
        )
        let ours = try StatTable.parse(typed).text(.typed).split(separator: "\n")
        #expect(ours == typed.split(separator: "\n").filter { position(of: $0) <= 112 })
        let info = try #require(try Self.reply(to: "show info typed", in: transcript).first)
        #expect(try InfoTable.parse(info).text(.typed) == info)
        let json = try #require(try Self.reply(to: "show info json", in: transcript).first)
        #expect(try InfoTable.parse(json).text(.json) == json)
    }

    private func position(of line: Substring) -> Int {
        Int(line.split(separator: ".")[3]) ?? 0
    }
}
