import Testing

@testable import Proxy

@Suite struct ErrorReportTests {
    @Test func `bytes are shown line by line, whatever they are`() {
        let bytes = Array("GET /\u{1}bad\\ HTTP/1.1\r\n\tx\u{1b}\r\n".utf8) + [0xff, 0x7f]
        #expect(
            ErrorReport.dump(bytes) == """
                  00000  GET /\\x01bad\\\\ HTTP/1.1\\r\\n
                  00021  \\tx\\e\\r\\n
                  00026  \\xFF\\x7F

                """
        )
    }

    @Test func `a long line goes on behind a mark`() {
        let text = ErrorReport.dump(Array(repeating: 97, count: 150))
        let lines = text.split(separator: "\n")
        #expect(lines.map(\.utf8.count) == [79, 79, 19])
        #expect(lines[1].hasPrefix("  00070+ aaa") && lines[2] == "  00140+ aaaaaaaaaa"[...])
    }

    @Test func `the last one of each proxy is kept, in pieces of bounded size`() {
        let captures = ErrorCaptures()
        for number in 0..<5 {
            var capture = ErrorCapture()
            capture.isResponse = number > 2
            capture.backend = number == 4 ? 1 : 0
            captures.keep(capture)
        }
        #expect(captures.all.count == 5)
        #expect(captures.all.captures.map(\.number).sorted() == [2, 3, 4])
    }

    @Test func `what a proxy refused can be looked at`() throws {
        let origin = try RecordingOrigin { _ in
            .text("HTTP/1.1 200 OK\r\nContent Length 2\r\n\r\nok")
        }
        defer { origin.close() }
        let proxy = try ProxyUnderTest(
            """
            global
                nbthread 2
                stats socket SOCKET level admin
            defaults
                mode http
                timeout connect 2s
                timeout client 60s
                timeout server 60s
            frontend www
                bind 127.0.0.1:1
                default_backend web
            backend web
                server web2 127.0.0.1:\(origin.port)
            """,
            name: "errors"
        )
        defer { proxy.end() }
        let bad = try TestClient(port: proxy.port)
        bad.send("GET /\u{1}bad HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(bad.response()?.status == 400)
        let good = try TestClient(port: proxy.port)
        good.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(good.response()?.status == 502)
        let all = try proxy.command("show errors")
        #expect(all.hasPrefix("Total events captured on [") && all.contains("] : 2\n \n["))
        #expect(
            all.contains("] frontend www (#2): invalid request\n  backend <NONE> (#-1), server")
        )
        #expect(all.contains("\n  00000  GET /\\x01bad HTTP/1.1\\r\\n\n  00020  Host: x\\r\\n\n"))
        #expect(
            all.contains(
                "] backend web (#3): invalid response\n  frontend www (#2), server web2 (#1)"
            )
        )
        #expect(try !proxy.command("show errors -1 request").contains("invalid response"))
        #expect(try !proxy.command("show errors web").contains("invalid request"))
        #expect(try proxy.command("show errors www response").contains("invalid response"))
        #expect(try proxy.command("show errors nope") == "No such proxy.")
    }
}
