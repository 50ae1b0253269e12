import Desired
import Foundation
import Planning
import Proxy
import RuntimeAPI

/// A reader of what others send: it may refuse any input, and must survive every one.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case request, response, chunks, proxy, session, client, tables, boot, format, map, yaml, cel

    /// Gives the reader one input, whole and in pieces; returning is all that is asked.
    package func run(_ input: [UInt8]) {
        switch self {
        case .request: Self.parseRequest(input)
        case .response: Self.parseResponse(input)
        case .chunks: Self.transferChunks(input)
        case .proxy: Self.parseProxyHeader(input)
        case .session: Self.serve(input)
        case .client: Self.read(input)
        case .tables: Self.parseTables(String(decoding: input, as: UTF8.self))
        case .boot:
            let text = String(decoding: input, as: UTF8.self)
            _ = ConfigParser.parse(files: [("fuzz.cfg", text)], environment: ["A": "b"]) { _ in
                "a b\n"
            }
        case .format: Self.readFormat(String(decoding: input, as: UTF8.self))
        case .map: Self.readMap(String(decoding: input, as: UTF8.self))
        case .yaml: Self.load(input)
        case .cel: Self.evaluate(String(decoding: input, as: UTF8.self))
        }
    }

    /// As a log-format and as a header's, then compiled for the workers.
    private static func readFormat(_ text: String) {
        let quoted = text.replacing("'", with: "").replacing("\n", with: " ")
        let boot = """
            defaults
             mode http
            frontend f
             bind :80
             log stdout local0
             log-format '\(quoted)'
             http-request set-header x '\(quoted)' if { path '\(quoted)' } or { \(quoted) }

            """
        let parsed = ConfigParser.parse(files: [("fuzz.cfg", boot)], environment: [:]) { _ in nil }
        parsed.configuration?.rules.compile().free()
    }

    /// As a map looked up in every way and as a file of patterns.
    private static func readMap(_ text: String) {
        let boot = """
            defaults
             mode http
            frontend f
             bind :80
             use_backend %[path,map_reg(m)] if { path,map_beg(m) -m found } { src,map_ip(m) -m found }
             use_backend %[path,map_sub(m)] if { path -m reg -i -f p } { src -f n } { int(1) -f i }

            """
        let parsed = ConfigParser.parse(files: [("fuzz.cfg", boot)], environment: [:]) { _ in text }
        parsed.configuration?.rules.compile().free()
    }

    private static func parseRequest(_ input: [UInt8]) {
        var head = RequestHead()
        let whole = RequestParser.parse(input.span, into: &head)
        guard whole == .complete else { return }
        precondition(head.byteCount <= input.count, "a head longer than its bytes")
        // A complete head does not depend on what follows it, and less of it is never complete.
        let exact = Array(input[..<head.byteCount])
        precondition(
            RequestParser.parse(exact.span, into: &head) == .complete,
            "the bytes behind a head matter"
        )
        let less = Array(exact.dropLast())
        precondition(
            RequestParser.parse(less.span, into: &head) != .complete,
            "an incomplete head is complete"
        )
    }

    private static func parseResponse(_ input: [UInt8]) {
        var head = ResponseHead()
        guard ResponseParser.parse(input.span, into: &head) == .complete else { return }
        precondition(head.byteCount <= input.count, "a head longer than its bytes")
    }

    private static func transferChunks(_ input: [UInt8]) {
        var output = ScratchBuffer(capacity: 2 * input.count + 1024)
        defer { output.free() }
        var body = BodyTransfer(.chunked)
        var index = 0
        var step = 1
        while index < input.count {
            let piece = Array(input[index..<min(input.count, index + step)])
            let used = piece.span.withSlice { body.transfer($0, to: &output) }
            guard used > 0 else {
                // Nothing used: malformed, ended, or a line that wants more bytes at once.
                if used < 0 || step >= input.count { return }
                step *= 2
                continue
            }
            precondition(used <= piece.count, "more bytes used than given")
            index += used
        }
    }

    private static func parseProxyHeader(_ input: [UInt8]) {
        guard case .complete(let header) = ProxyProtocol.parse(input.span) else { return }
        precondition(header.byteCount <= input.count, "a header longer than its bytes")
        let less = Array(input[..<(header.byteCount - 1)])
        if case .complete = ProxyProtocol.parse(less.span) {
            preconditionFailure("an incomplete header is complete")
        }
    }

    private static func serve(_ input: [UInt8]) {
        var session = ServerSession(level: .admin)
        for start in stride(from: 0, to: input.count, by: 97) {
            session.receive(input[start..<min(input.count, start + 97)])
            drain(&session)
        }
        session.receiveEnd()
        drain(&session)
    }

    private static func drain(_ session: inout ServerSession) {
        while let action = session.next() {
            switch action {
            case .execute(let command, _):
                _ = session.finish(RuntimeReply(severity: .info, text: "\(command)"))
            case .reply: break
            case .close: return
            }
        }
    }

    private static func read(_ input: [UInt8]) {
        for mode in [ClientExchange.Mode.oneShot, .prompt] {
            var exchange = ClientExchange(mode: mode, replyLimit: 1 << 20)
            _ = exchange.open()
            _ = exchange.send([(.showInfo(.plain), payload: nil), (.showBackend, payload: nil)])
            guard (try? exchange.receive(input)) != nil else { continue }
            _ = try? exchange.receiveEnd()
        }
    }

    private static func parseTables(_ text: String) {
        _ = try? ServerStateTable.parse(text)
        _ = try? StatTable.parse(text)
        _ = try? RuntimeCommand.parse(line: text)
    }

    /// Compiles an expression and evaluates it; what it costs is limited, so that it ends.
    private static func evaluate(_ text: String) {
        var environment = CELEnvironment()
        environment.limits.cost = 200_000
        environment.variables = ["x": .dyn, "now": .timestamp, "names": .list(.string)]
        guard let node = try? CELParser.parse(text) else { return }
        let printed = CELPrinter.text(of: node)
        // Parentheses that the text had no need of may nest it a little deeper.
        var wide = CELLimits()
        wide.depth *= 2
        wide.size *= 8
        precondition(
            (try? CELParser.parse(printed, limits: wide)) == node,
            "what is printed is another expression"
        )
        guard let program = try? CELProgram(text, in: environment) else { return }
        _ = try? program.evaluate([
            "x": .list([.int(1), .string("a"), .null]), "now": .timestamp(CELTime(seconds: 0)),
            "names": .list([.string("web-1"), .string("web-2")]),
        ])
    }

    private static func load(_ input: [UInt8]) {
        let folder = FileManager.default.temporaryDirectory.path + "apus-fuzz-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true
            )
            try Data(input).write(to: URL(filePath: folder + "/fuzz.yaml"))
            let source = DesiredSource(.worktree(path: folder))
            _ = try source.load(source.resolve())
        } catch {
            // Refused: that is an answer too.
        }
    }
}
