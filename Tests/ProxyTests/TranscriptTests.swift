import FoundationEssentials
import Model
import Proxy
import RuntimeAPI
import Simulation
import Testing

/// The scripts that were recorded from HAProxy 3.0, answered by our own runtime service.
@Suite struct TranscriptTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "RuntimeAPITests/Transcripts")

    static func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            atPath: folder.appending(path: "haproxy-3.0").path
        )
        .sorted()
    }

    @Test(arguments: try files())
    func `our answers are HAProxy's, byte for byte`(file: String) throws {
        let recorded = Transcript(parsing: try Self.text("haproxy-3.0/\(file)"))
        let service = try Self.service()
        var session = ServerSession(level: .admin)
        for step in recorded.steps {
            if file.hasSuffix(".one-shot.txt") { session = ServerSession(level: .admin) }
            let answer = Self.answer(step.sent, &session, service)
            guard Difference.intended(in: step.sent) == nil else { continue }
            let (ours, theirs) = (try Self.comparable(answer), try Self.comparable(step))
            #expect(ours == theirs, "ours:\n\(ours)HAProxy's:\n\(theirs)")
        }
    }

    @Test func `every intended difference is still one`() throws {
        let sent = try Self.files().flatMap { file in
            Transcript(parsing: try Self.text("haproxy-3.0/\(file)")).steps.map(\.sent)
        }
        for difference in Difference.all {
            #expect(sent.contains { $0.hasPrefix(difference.prefix) }, "\(difference.prefix)")
        }
    }

    @Test func `what we tell of the process is called as HAProxy calls it`() throws {
        let recorded = Transcript(parsing: try Self.text("haproxy-3.0/show.one-shot.txt"))
        let info = try #require(recorded.steps.first { $0.sent == "show info typed\n" })
        let known = try InfoTable.parse(info.received).entries.map(\.name)
        var session = ServerSession(level: .admin)
        let answer = Self.answer("show info typed\n", &session, try Self.service())
        let ours = try InfoTable.parse(answer.received).entries.map(\.name).filter {
            $0 != "Features"
        }
        #expect(ours == known.filter(ours.contains))
    }

    private static func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
    }

    /// Boots what the recorder booted.
    private static func service() throws -> RuntimeService {
        let map = try text("routes.map")
        let boot = [(name: "boot.cfg", text: try text("boot.cfg"))]
        let parsed = ConfigParser.parse(files: boot, environment: [:]) {
            $0 == "routes.map" ? map : nil
        }
        let configuration = try #require(parsed.configuration, "\(parsed.diagnostics)")
        let identity = ProcessIdentity(
            pid: 42,
            startTime: 1_700_000_000,
            node: "recorded",
            threads: 2
        )
        return RuntimeService(
            configuration: configuration,
            plane: FakeDataPlane(),
            identity: identity
        )
    }

    /// Answers what was sent, waiting commands included.
    private static func answer(
        _ sent: String,
        _ session: inout ServerSession,
        _ service: RuntimeService
    ) -> Transcript.Step {
        session.receive(sent.utf8)
        var step = Transcript.Step(sent: sent, received: "", isClosed: false)
        while let action = session.next() {
            switch action {
            case .reply(let bytes): step.received += String(decoding: bytes, as: UTF8.self)
            case .close: step.isClosed = true
            case .execute(let command, let payload):
                let reply = Self.reply(to: command, payload, session.level, service)
                step.received += String(decoding: session.finish(reply), as: UTF8.self)
            }
        }
        return step
    }

    private static func reply(
        to command: RuntimeCommand,
        _ payload: String?,
        _ level: AccessLevel,
        _ service: RuntimeService
    ) -> RuntimeReply {
        let now = Milliseconds(0)
        defer { service.publishIfNeeded() }
        switch service.execute(command, payload: payload, level: level, now: now) {
        case .reply(let reply): return reply
        case .pending(let wait):
            let reply = service.poll(wait, now: now) ?? service.poll(wait, now: wait.deadline)
            return reply ?? RuntimeReply(text: "no answer at the deadline")
        }
    }

    /// A step without what differs from run to run: references into maps, numbers of maps and times.
    ///
    /// Of statistics only what is meant counts: times, the limit that follows from descriptors and the
    /// columns of modules are left out.
    private static func comparable(_ step: Transcript.Step) throws -> String {
        if step.sent.hasPrefix("show stat") {
            let columns = Set(StatField.allCases).subtracting([.lastchg, .downtime, .slim])
            let table = try StatTable.parse(bare(step.received), keeping: columns)
            return step.sent + table.text(.plain)
        }
        let lines = Transcript(steps: [step]).text.split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        return lines.map { line in
            var words = line.split(separator: " ", omittingEmptySubsequences: false)
            if words.count > 2, words[1].hasPrefix("0x") { words[1] = "0xREFERENCE" }
            if words.count > 3, words[2] == "(routes.map)" { words[1] = "NUMBER" }
            if words.count == 26, words[1] != "#", Int(words[10]) != nil { words[10] = "SECONDS" }
            return words.joined(separator: " ")
        }.joined(separator: "\n")
    }

    /// A reply without the prompt after it.
    private static func bare(_ received: String) -> String {
        received.hasSuffix("\n> ") ? String(received.dropLast(3)) : received
    }
}

/// Where we differ from HAProxy 3.0 on purpose.
private struct Difference {
    /// How what is sent begins.
    let prefix: String
    let reason: String

    static func intended(in sent: String) -> Difference? { all.first { sent.hasPrefix($0.prefix) } }

    private static let adding = "set severity-output number;add server web/x 127.0.0.1:4"

    static let all = [
        Difference(prefix: "show version", reason: "our own version"),
        Difference(
            prefix: "show info",
            reason: "another process; names and order are tested apart"
        ),
        Difference(prefix: "foo", reason: "HAProxy guesses by similarity of letters, we by words"),
        Difference(prefix: "show\n", reason: "lists the commands there are"),
        Difference(prefix: "set severity-output number;show servers foo", reason: "as above"),
        Difference(prefix: "show\\ cli", reason: "as above"),
        Difference(prefix: "\\;", reason: "as above"),
        Difference(prefix: "help", reason: "lists the commands there are"),
        Difference(
            prefix: "operator;add map",
            reason: "3.0 lets every level change maps; we ask for admin, as management.txt has it"
        ),
        Difference(prefix: "QUIT", reason: "HAProxy guesses by similarity of letters, we by words"),
        Difference(
            prefix: "set severity-output number;set maxconn server web/web2 -5",
            reason: "HAProxy makes an enormous limit of a negative one"
        ),
        Difference(
            prefix: "set severity-output number;set maxconn global -1",
            reason: "HAProxy takes it when the boot file sets no limit"
        ),
        Difference(prefix: "\(adding) foo", reason: "HAProxy also proposes the keyword most alike"),
        Difference(prefix: "\(adding) weight 300", reason: "HAProxy ends it with two periods"),
        Difference(prefix: "\(adding) check inter 0", reason: "HAProxy ends it with two periods"),
        Difference(prefix: "\(adding) check rise 0", reason: "HAProxy ends it with two periods"),
    ]
}
