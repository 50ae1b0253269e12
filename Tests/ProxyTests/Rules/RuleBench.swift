import Model
import Testing

@testable import Proxy

/// Evaluates one expression, format or condition over one request, without a worker.
enum RuleBench {
    static let request = """
        GET /some/path/file.html?a=1&b=hello%20world&a=2&empty= HTTP/1.1\r
        Host: www.Example.com:8080\r
        X-List: one, two,three , "q,uoted"\r
        X-List: four\r
        X-Num: 42\r
        X-Neg: -7\r
        X-Ip: 10.1.2.3, 192.168.7.9\r
        X-Ip6: 2001:db8::1\r
        Cookie: sid=abc; theme=dark\r
        Cookie: sid=second\r
        X-B64: aGVsbG8gd29ybGQ=\r
        X-Json: say "hi" / \\ \t end\r
        X-Word: alpha--beta-gamma\r
        X-Empty: \r
        Authorization: Bearer t0ken\r
        \r\n
        """

    /// What a proxy that listens at `path` answers to the request, which names one case in `X-Case`.
    static func answer(_ path: String, _ name: String) throws -> String {
        let client = try TestClient(path: path)
        client.send(
            request.replacing(
                "\r\nHost:",
                with: "\r\nConnection: close\r\nX-Case: \(name)\r\nHost:"
            )
        )
        return client.remainder()
    }

    /// The text of a format; nil when it is refused.
    static func text(_ format: String, files: [String: String] = [:]) -> String? {
        run(files: files) { parser throws(RuleMistake) in
            try parser.format(format)
        } _: { range, evaluation in
            evaluation.text(of: range).text
        }
    }

    /// Whether the words of a condition hold; nil when they are refused.
    static func holds(_ condition: String, files: [String: String] = [:]) -> Bool? {
        let words = condition.split(separator: " ").map(String.init)
        return run(files: files) { parser throws(RuleMistake) in
            try parser.condition(words[...])
        } _: { number, evaluation in
            evaluation.holds(number)
        }
    }

    /// Carries out one rule on the request and gives the head as a server gets it.
    static func head(after rule: String) -> String? {
        let words = rule.split(separator: " ").map(String.init)
        return run(files: [:]) { parser throws(RuleMistake) in
            let action = try parser.action(words[...], in: .request)
            return parser.draft.append([action], to: \.actions)
        } _: { list, evaluation in
            let verdict = evaluation.run(list, on: .request)
            guard verdict == .proceed else { return "\(verdict)" }
            var output = ScratchBuffer(capacity: 65_536)
            defer { output.free() }
            HeadSerializer.write(
                &evaluation.requests[0],
                of: evaluation.requestBytes,
                additions: HeadSerializer.Additions(),
                to: &output
            )
            return output.bytes.text
        }
    }

    private static func run<Parsed, Result>(
        files: [String: String],
        _ parse: (inout RuleParser) throws(RuleMistake) -> Parsed,
        _ body: (Parsed, inout Evaluation) -> Result
    ) -> Result? {
        var parser = RuleParser(
            draft: RuleBookDraft(),
            catalog: MapCatalog(readFile: { files[$0] })
        )
        parser.scope.environment = ["HOME": "/root"]
        let parsed: Parsed
        do throws(RuleMistake) {
            parsed = try parse(&parser)
        } catch {
            return nil
        }
        let pool = BufferPool()
        var evaluation = Evaluation(
            requests: RawTable(zeroed: 1),
            responses: RawTable(zeroed: 1),
            pool: pool,
            seed: 1
        )
        evaluation.snapshot.rules = parser.draft.compile()
        var maps = parser.catalog.maps.map { MapTable($0, backends: [:]) }
        var retired: [RetiredMemory] = []
        for index in maps.indices { maps[index].rebuild(retired: &retired) }
        evaluation.snapshot.maps = .make(maps.map(\.snapshot))
        evaluation.exchange.client = SocketAddress(ipv4: 0x7f00_0001, port: 4242)
        defer {
            evaluation.snapshot.free()
            evaluation.kept.clear(to: pool)
            evaluation.requests.free()
            evaluation.responses.free()
            evaluation.free()
            pool.destroy()
        }
        let bytes = Array(request.utf8)
        guard RequestParser.parse(bytes.span, into: &evaluation.requests[0]) == .complete else {
            return nil
        }
        evaluation.hasRequest = true
        return bytes.span.withSlice { slice in
            evaluation.requestBytes = slice
            return body(parsed, &evaluation)
        }
    }
}
