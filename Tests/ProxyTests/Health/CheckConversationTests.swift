import Model
import Testing

@testable import Proxy

@Suite struct CheckConversationTests {
    /// What becomes of the checks of a backend whose server says `answer` and closes.
    private func outcome(_ lines: String, answer: String, isClosed: Bool = true) throws
        -> CheckConversation.Action
    {
        let fixture = try RuntimeFixture(
            "backend b\n mode http\n\(lines)\n server s 10.0.0.1:80 check\n"
        )
        let target = try #require(fixture.service.checkTargets.first)
        var patterns = CheckPatterns()
        var conversation = CheckConversation(target.script, to: target.endpoint)
        var action = conversation.advance(&patterns)
        for _ in 0..<20 {
            switch action {
            case .connect, .send: action = conversation.advance(&patterns)
            case .receive:
                let next = conversation.receive(Array(answer.utf8), isLast: isClosed, &patterns)
                if next == .receive { return next }
                action = next
            case .finish: return action
            }
        }
        return action
    }

    private static let ok = "HTTP/1.1 200 OK\r\nX-A: b, c\r\nContent-Length: 5\r\n\r\nhello"

    @Test(arguments: [
        ("", CheckResult.Status.layer7OK, ""),
        ("http-check expect status 200-299", .layer7OK, ""),
        ("http-check expect rstatus ^2", .layer7OK, ""),
        ("http-check expect ! status 200", .layer7WrongStatus, "OK"),
        ("http-check expect string hello", .layer7OK, ""),
        ("http-check expect rstring h.l+o$", .layer7OK, ""),
        (
            "http-check expect string nohello comment \"my body\"", .layer7InvalidResponse,
            "HTTP content check did not match comment: my body"
        ),
        ("http-check expect hdr name x-a value c", .layer7OK, ""),
        ("http-check expect hdr name -m beg X- value -m reg ^b$", .layer7OK, ""),
        ("http-check expect fhdr name x-a value -m sub b,", .layer7OK, ""),
        ("http-check expect hdr name x-a value -m str d", .layer7WrongStatus, "OK"),
        ("http-check expect error-status L4CON on-error gone status 500", .layer4Refused, "gone"),
        ("http-check expect ok-status L7OKC status 200", .layer7Conditional, ""),
    ]) func `an HTTP check comes out as in HAProxy`(
        _ rule: String,
        _ status: CheckResult.Status,
        _ detail: String
    ) throws {
        let action = try outcome(" option httpchk\n \(rule)", answer: Self.ok)
        guard case .finish(let found, _, let words) = action else {
            Issue.record("\(action)")
            return
        }
        #expect(found == status && words == detail)
    }

    @Test func `404 drains where it is asked to`() throws {
        let lines = " option httpchk\n http-check disable-on-404"
        let answer = "HTTP/1.1 404 Not Found\r\n\r\n"
        #expect(
            try outcome(lines, answer: answer)
                == .finish(.layer7Conditional, code: 404, detail: "")
        )
    }

    @Test func `garbage and half an answer are no response`() throws {
        let invalid = CheckConversation.Action.finish(.layer7InvalidResponse, code: nil, detail: "")
        #expect(try outcome(" option httpchk", answer: "garbage") == invalid)
        #expect(try outcome(" option httpchk", answer: "HTTP/1.1 200 OK\r\n") == invalid)
        #expect(
            try outcome(" option httpchk", answer: "HTTP/1.1 200 OK\r\n", isClosed: false)
                == .receive
        )
    }

    @Test(arguments: [
        ("tcp-check expect string +OK", CheckResult.Status.layer7OK, "(tcp-check)"),
        ("tcp-check expect binary 2b4f4b", .layer7OK, "(tcp-check)"),
        ("tcp-check expect rstring ^.OK", .layer7OK, "(tcp-check)"),
        ("tcp-check expect rbinary ^2B4F", .layer7OK, "(tcp-check)"),
        ("tcp-check expect string +OK on-success fine", .layer7OK, "fine"),
        ("tcp-check send-binary 5049", .layer7OK, "(tcp-check)"),
        (
            "tcp-check connect\n tcp-check expect ! string +OK", .layer7InvalidResponse,
            "TCPCHK matched unwanted content '+OK' at step 2"
        ),
        (
            "tcp-check comment words\n tcp-check expect rstring NO", .layer7InvalidResponse,
            "TCPCHK did not match content (regex) at step 1 comment: 'words'"
        ),
    ]) func `a TCP check comes out as in HAProxy`(
        _ rule: String,
        _ status: CheckResult.Status,
        _ detail: String
    ) throws {
        let action = try outcome(" option tcp-check\n \(rule)", answer: "+OK ready\r\n")
        guard case .finish(let found, _, let words) = action else {
            Issue.record("\(action)")
            return
        }
        #expect(found == status && words == detail)
    }

    @Test func `time that ran out is told with the step that waits`() {
        var script = CheckScript(.tcp)
        var step = CheckStep(.expect(CheckExpectation(.text(Array("+NO".utf8)))))
        step.number = 2
        step.comment = "greeting"
        script.steps = [step]
        var patterns = CheckPatterns()
        var conversation = CheckConversation(script, to: .ipv4(IPv4Address(bits: 1), port: 1))
        _ = conversation.advance(&patterns)
        _ = conversation.advance(&patterns)
        let detail = " at step 2 of tcp-check (expect string '+NO') comment: 'greeting'"
        #expect(
            conversation.failure(.layer7Timeout)
                == .finish(.layer7Timeout, code: nil, detail: detail)
        )
    }

    @Test(arguments: [
        (
            "I'm no mail server\r\n", CheckResult.Status.layer7InvalidResponse, nil,
            "I'm no mail server"
        ),
        ("421 Try again later\r\n", .layer7WrongStatus, 421, "Try again later"),
        ("250-a.example\r\n250 LAST\r\n", .layer7OK, 250, "a.example"),
        ("221 closing\r\n", .layer7OK, 221, "closing"),
    ])
    func `a mail server's own words and code are told`(
        _ answer: String,
        _ status: CheckResult.Status,
        _ code: Int?,
        _ words: String
    ) throws {
        // The first line of several is judged where several may come.
        let isSeveral = answer.hasPrefix("250-")
        let target = try #require(
            try RuntimeFixture(
                "backend b\n option smtpchk EHLO me.example\n server s 10.0.0.1:25 check\n"
            ).service.checkTargets.first
        )
        var patterns = CheckPatterns()
        var conversation = CheckConversation(target.script, to: target.endpoint)
        _ = conversation.advance(&patterns)
        _ = conversation.advance(&patterns)
        let greeting = isSeveral || code == 221 ? "220 hello\r\n" : answer
        var action = conversation.receive(Array(greeting.utf8), isLast: false, &patterns)
        if case .send(let bytes) = action {
            #expect(bytes == Array("EHLO me.example\r\n".utf8))
            _ = conversation.advance(&patterns)
            action = conversation.receive(Array(answer.utf8), isLast: false, &patterns)
        }
        if case .send(let bytes) = action {
            #expect(bytes == Array("QUIT\r\n".utf8))
            _ = conversation.advance(&patterns)
            action = conversation.receive(Array(answer.utf8), isLast: false, &patterns)
        }
        #expect(action == .finish(status, code: code, detail: words))
    }

    @Test func `option httpchk may carry headers and a body`() throws {
        let target = try #require(
            try RuntimeFixture(
                "backend b\n option httpchk GET /s HTTP/1.1\\r\\nHost:\\ www\\r\\n\\r\\nbody\n server s 10.0.0.1:80 check\n"
            ).service.checkTargets.first
        )
        var patterns = CheckPatterns()
        var conversation = CheckConversation(target.script, to: target.endpoint)
        _ = conversation.advance(&patterns)
        guard case .send(let bytes) = conversation.advance(&patterns) else {
            Issue.record("nothing is sent")
            return
        }
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "GET /s HTTP/1.1\r\nHost: www\r\ncontent-length: 4\r\nconnection: close\r\n\r\nbody"
        )
    }

    @Test func `chunks are put together`() throws {
        let answer =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"
        let lines = " option httpchk\n http-check expect string hello"
        #expect(
            try outcome(lines, answer: answer, isClosed: false)
                == .finish(.layer7OK, code: 200, detail: "")
        )
    }

    @Test(arguments: [
        "http-check set-var(check.a) int(1)",
        "http-check expect string-lf %[x]", "tcp-check expect hdr name a", "tcp-check send-lf x",
        "tcp-check connect ssl", "tcp-check expect string a string b", "tcp-check send-binary 1",
        "http-check expect rstring (", "http-check connect port 0", "tcp-check expect",
        "http-check send uri-lf /%[x]",
    ]) func `what is not supported is refused by name`(_ rule: String) {
        let parsed = ConfigParser.parse(
            files: [("t.cfg", "backend b\n \(rule)\n")],
            environment: [:],
            reading: { _ in nil }
        )
        #expect(parsed.configuration == nil)
        #expect(parsed.diagnostics.first?.message.contains("-check") == true)
    }
}
