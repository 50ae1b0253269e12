import Model
import RuntimeAPI
import Simulation
import Testing

@Suite struct ClientExchangeTests {
    @Test(arguments: Seed.runs)
    func `every reply reaches its command however the bytes are cut`(seed: Seed) throws {
        var random = RandomCommands(seed)
        let mode = random.pick([ClientExchange.Mode.prompt, .interactive])
        var client = ClientExchange(mode: mode)
        var session = ServerSession(level: .admin)
        session.receive(client.open())
        var replies: [RuntimeReply] = []
        var given: [RuntimeReply] = []
        for _ in 0..<5 {
            let commands = (0..<random.number(0...8)).map { _ in exchanged(&random) }
            for piece in random.pieces(of: client.send(commands)) {
                session.receive(piece)
                for answer in random.pieces(of: answers(of: &session, &random, &given)) {
                    replies += try client.receive(answer)
                }
            }
        }
        #expect(replies == given)
        #expect(client.pending == 0)
        #expect(try client.receiveEnd().isEmpty)
    }

    private func exchanged(_ random: inout RandomCommands) -> (RuntimeCommand, payload: String?) {
        guard random.generator.chance(30) else { return (random.command(), payload: nil) }
        let lines = (0..<random.number(1...4)).map { _ in "\(random.name()) \(random.name())\n" }
        return (.addMapPayload(random.map()), payload: lines.joined())
    }

    private func answers(
        of session: inout ServerSession,
        _ random: inout RandomCommands,
        _ given: inout [RuntimeReply]
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        while let action = session.next() {
            switch action {
            case .execute(let command, _):
                var reply = RuntimeReply(text: random.replyText())
                if command == .dumpStatsFile {
                    reply = RuntimeReply(text: "#fe guid,\n\n#be guid,\na,")
                }
                if random.generator.chance(50), !reply.text.isEmpty {
                    reply = RuntimeReply(severity: random.pick([.error, .info]), text: reply.text)
                }
                given.append(reply)
                bytes += session.finish(reply)
            case .reply(let more): bytes += more
            case .close: Issue.record("the session closed")
            }
        }
        return bytes
    }

    @Test func `one-shot replies come at the end`() throws {
        var client = ClientExchange(mode: .oneShot)
        var bytes = client.open()
        bytes += client.send([(.showBackend, payload: nil), (.dumpStatsFile, payload: nil)])
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "set severity-output number;show backend;dump stats-file\n"
        )
        #expect(try client.receive("\n# name\nweb\n\n#fe guid,\n\n#be guid,\n\n".utf8).isEmpty)
        #expect(try client.receiveEnd().map(\.text) == ["# name\nweb", "#fe guid,\n\n#be guid,"])
    }

    @Test func `a severity becomes part of the reply`() throws {
        var client = ClientExchange(mode: .interactive)
        _ = client.open()
        _ = client.send([(.showVersion, payload: nil), (.showBackend, payload: nil)])
        let replies = try client.receive("\n\n[3]: No such backend.\n\n\n".utf8)
        #expect(
            replies == [RuntimeReply(severity: .error, text: "No such backend."), RuntimeReply()]
        )
    }

    @Test func `a message without an end of line ends at the prompt, as 2.6 sends it`() throws {
        var client = ClientExchange(mode: .prompt)
        _ = client.open()
        let server = ServerReference(backend: "shop", server: "web1")
        _ = client.send([(.deleteServer(server), payload: nil), (.showBackend, payload: nil)])
        let replies = try client.receive("\n> \n> [6]: Server deleted.\n> # name\nshop\n\n> ".utf8)
        #expect(
            replies == [
                RuntimeReply(severity: .info, text: "Server deleted."),
                RuntimeReply(text: "# name\nshop"),
            ]
        )
    }

    @Test func `a reply cut short is an error that says how far it got`() throws {
        for mode in [ClientExchange.Mode.prompt, .interactive, .oneShot] {
            var client = ClientExchange(mode: mode)
            _ = client.open()
            _ = client.send([(.showVersion, payload: nil), (.showBackend, payload: nil)])
            let end = mode == .prompt ? "\n> " : "\n"
            let greeting = mode == .oneShot ? end : end + end
            _ = try client.receive((greeting + "1.0\n" + end + "# na").utf8)
            #expect(throws: FramingError.truncated(answered: 1, sent: 2, partial: "# na")) {
                try client.receiveEnd()
            }
        }
    }

    @Test func `a reply without end is bounded`() throws {
        var client = ClientExchange(mode: .interactive, replyLimit: 1000)
        _ = client.open()
        _ = client.send([(.showVersion, payload: nil)])
        _ = try client.receive("\n\n".utf8)
        #expect(throws: FramingError.replyTooLong(limit: 1000)) {
            for _ in 0..<100 { _ = try client.receive("no end in sight\n".utf8) }
        }
    }

    @Test func `a proxy that does not know the mode is noticed`() {
        var client = ClientExchange(mode: .interactive)
        _ = client.open()
        #expect(throws: FramingError.unexpected("the proxy does not speak this mode, it says: > "))
        {
            try client.receive("\n> ".utf8)
        }
    }

    @Test func `bytes that nobody asked for are an error`() throws {
        var client = ClientExchange(mode: .prompt)
        _ = client.open()
        #expect(throws: FramingError.self) { try client.receive("\n> \n> hello".utf8) }
    }
}
