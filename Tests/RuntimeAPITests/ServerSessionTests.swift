import Model
import RuntimeAPI
import Simulation
import Testing

/// Runs a session to its end, answering each command by `answer`.
func played(
    _ input: String,
    level: AccessLevel = .admin,
    ended: Bool = true,
    answer: (RuntimeCommand, String?) -> RuntimeReply = { command, _ in
        RuntimeReply(text: command.text)
    }
) -> String {
    var session = ServerSession(level: level)
    session.receive(input.utf8)
    if ended { session.receiveEnd() }
    var out: [UInt8] = []
    while let action = session.next() {
        switch action {
        case .execute(let command, let payload): out += session.finish(answer(command, payload))
        case .reply(let bytes): out += bytes
        case .close: out += "(closed)".utf8
        }
    }
    return String(decoding: out, as: UTF8.self)
}

@Suite struct ServerSessionTests {
    @Test func `without a prompt one line is answered and the connection closed`() {
        #expect(
            played("show backend;show version\nshow info\n", ended: false)
                == "show backend\n\nshow version\n\n(closed)"
        )
        #expect(played("\n") == "\n(closed)")
        #expect(played(";\n") == "\n\n(closed)")
    }

    @Test func `a line cut short by the client is dropped`() {
        #expect(played("show backend") == "(closed)")
    }

    @Test func `with a prompt the connection stays open`() {
        #expect(played("prompt\nshow backend\n\n", ended: false) == "\n> show backend\n\n> \n> ")
        #expect(played("prompt i\nshow backend\n\n", ended: false) == "\nshow backend\n\n\n")
        #expect(played("prompt\nprompt\n", ended: false) == "\n> \n(closed)")
        #expect(played("prompt i\nquit\nshow info\n", ended: false) == "\n(closed)")
    }

    /// The answers are HAProxy 3.0.11's.
    @Test func `a timed prompt shows how long the process has been running`() {
        var session = ServerSession(level: .admin)
        session.uptime = Milliseconds(93_784_999)
        session.receive("prompt timed\nprompt timed\nprompt\n".utf8)
        var out: [UInt8] = []
        while let action = session.next() {
            if case .reply(let bytes) = action { out += bytes }
        }
        #expect(String(decoding: out, as: UTF8.self) == "\n[1:02:03:04]> \n> \n")
    }

    @Test func `escapes and a carriage return are removed`() {
        var commands: [RuntimeCommand] = []
        _ = played("get weight a\\ b\\;/c\r\n") { command, _ in
            commands.append(command)
            return RuntimeReply()
        }
        #expect(commands == [.getWeight(ServerReference(backend: "a b;", server: "c"))])
    }

    @Test func `a payload goes to the last command and ends at an empty line or its mark`() {
        var payloads: [String?] = []
        let input = "prompt i\nshow info;add map m <<\na b\nc;d\\\n\nadd map m <<END\n\nx y\nEND\n"
        let output = played(input, ended: false) { _, payload in
            payloads.append(payload)
            return RuntimeReply()
        }
        #expect(output == "\n\n\n\n")
        #expect(payloads == [nil, "a b\nc;d\\\n", "\nx y\n"])
    }

    @Test func `lines of a payload are prompted for`() {
        #expect(
            played("prompt\nadd map m <<\na b\nc d\n\n", ended: false) { _, _ in RuntimeReply() }
                == "\n> + + + \n> "
        )
    }

    @Test func `severity is shown as asked`() {
        let answer = { (_: RuntimeCommand, _: String?) in
            RuntimeReply(severity: .notice, text: "Yes.")
        }
        #expect(
            played("set severity-output number;show info\n", answer: answer)
                == "\n[5]: Yes.\n\n(closed)"
        )
        #expect(
            played("set severity-output string;show info;foo bar\n", answer: answer).hasPrefix(
                "\n[notice]: Yes.\n\n[info]: Unknown command: 'foo'. Please"
            )
        )
        #expect(played("show info\n", answer: answer) == "Yes.\n\n(closed)")
    }

    @Test func `the level only goes down`() {
        let input = "operator;show cli level;add server;user;operator;show cli level\n"
        #expect(
            played(input)
                == "\noperator\n\nPermission denied\n\n\nPermission denied\n\nuser\n\n(closed)"
        )
    }

    @Test func `what is too long is refused and the connection closed`() {
        let text =
            "The command is too big for the buffer size. Please change tune.bufsize in the configuration to use a bigger command.\n(closed)"
        let long = String(repeating: "x", count: 20_000)
        #expect(played(long, ended: false) == text)
        #expect(played(long + "\n", ended: false) == text)
        let payload = String(repeating: "key value\n", count: 3000)
        #expect(played("add map m <<\n\(payload)\n", ended: false) == text)
        let words = String(repeating: "x ", count: 80)
        #expect(
            played("add server web/a \(words)\n")
                == "Too many arguments. Commands must have at most 64 arguments.\n\n(closed)"
        )
    }

    @Test func `input queues up to a bound while a command runs`() {
        var session = ServerSession(level: .admin)
        session.receive("prompt i\nwait 1s\nshow backend\n".utf8)
        #expect(session.next() == .reply([10]))
        #expect(session.next() == .execute(.wait(Milliseconds(1000), nil), payload: nil))
        #expect(session.next() == nil)
        #expect(session.wantsInput)
        session.receive(Array(repeating: 10, count: 400_000))
        #expect(!session.wantsInput)
        #expect(
            session.finish(RuntimeReply(severity: .info, text: "Done.")) == Array("Done.\n\n".utf8)
        )
        #expect(session.next() == .execute(.showBackend, payload: nil))
    }

    @Test func `a transaction hears of commands that make no sense`() {
        var session = ServerSession(level: .admin)
        session.receive("prompt i\nbegin\nfoo\nrollback\nfoo\n".utf8)
        #expect(session.next() == .reply([10]))
        #expect(session.next() == .execute(.begin(nil), payload: nil))
        _ = session.finish(RuntimeReply(severity: .info, text: "Transaction started."))
        guard case .execute(.invalid(let invalid), _)? = session.next() else {
            Issue.record("the owner heard nothing")
            return
        }
        #expect(invalid.subject == .nothing && invalid.words == ["foo"])
        _ = session.finish(invalid.reply)
        #expect(session.next() == .execute(.rollback, payload: nil))
        _ = session.finish(RuntimeReply())
        guard case .reply? = session.next() else {
            Issue.record("outside a transaction the session answers itself")
            return
        }
    }

    @Test func `the client's silence is bounded as it asks`() {
        var session = ServerSession(level: .admin)
        #expect(session.idleTimeout == Milliseconds(10_000))
        session.receive("set timeout cli 3m\n".utf8)
        #expect(session.next() == .reply([10]))
        #expect(session.idleTimeout == Milliseconds(180_000))
    }

    @Test(arguments: Seed.runs)
    func `any bytes are answered without harm`(seed: Seed) {
        var random = RandomCommands(seed)
        var session = ServerSession(level: .admin)
        for _ in 0..<200 {
            let bytes = (0..<random.number(0...80)).map { _ in
                random.generator.chance(30)
                    ? random.pick(Array("\n;\\< \rprompt".utf8)) : UInt8(random.number(0...255))
            }
            session.receive(bytes)
            while let action = session.next() {
                if case .execute = action { _ = session.finish(RuntimeReply()) }
            }
        }
    }
}
