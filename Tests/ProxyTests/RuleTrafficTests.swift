import Model
import Testing

@testable import Proxy

/// Rules that hold clients up, drop them or choose their server, down to the bytes that HAProxy 2.6 sends.
@Suite(.serialized) struct RuleTrafficTests {
    private func proxy(_ lines: String, name: String) throws -> ProxyUnderTest {
        try ProxyUnderTest(
            """
            global
             stats socket SOCKET level admin
             nbthread 1
            defaults
             mode http
             timeout connect 1s
             timeout client 10s
             timeout server 10s
            \(lines)
            """,
            name: name
        )
    }

    private func front(_ rules: String, port: UInt16, name: String) throws -> ProxyUnderTest {
        let text = """
            listen l
             bind 127.0.0.1:1
             timeout tarpit 150
            \(rules)
             server s 127.0.0.1:\(port)
            """
        return try proxy(text, name: name)
    }

    @Test func `rules change maps and lists for the requests that follow`() throws {
        let proxy = try proxy(
            """
            frontend f
             bind 127.0.0.1:1
             http-request set-map(virt@seen) %[path] %[hdr(x)] if { path_beg /s }
             http-request del-map(virt@seen) %[path,regsub(^/d,/s)] if { path_beg /d }
             http-request add-acl(virt@bad) %[hdr(x)] if { path /ban }
             http-request del-acl(virt@bad) %[hdr(x)] if { path /pardon }
             http-request deny if { hdr(x) -f virt@bad } !{ path /pardon }
             http-request return status 200 content-type text/plain lf-string "%[str(/s1),map(virt@seen,none)]"
            """,
            name: "lists"
        )
        defer { proxy.end() }
        let clock = try TestClient(port: proxy.port)
        func ask(_ path: String, _ x: String) -> String {
            guard let client = try? TestClient(port: proxy.port) else { return "" }
            client.send("GET \(path) HTTP/1.1\r\nHost: a\r\nX: \(x)\r\n\r\n")
            return String(decoding: client.response()?.body ?? [], as: UTF8.self)
        }
        func becomes(_ body: String, x: String = "other") -> Bool {
            clock.eventually { ask("/", x).contains(body) }
        }
        #expect(ask("/", "a") == "none")
        _ = ask("/s1", "first")
        #expect(becomes("first"))
        _ = ask("/s1", "second")
        #expect(becomes("second"))
        #expect(try proxy.command("show map virt@seen").hasSuffix(" /s1 second"))
        _ = ask("/d1", "x")
        #expect(becomes("none"))
        _ = ask("/ban", "evil")
        #expect(becomes("403", x: "evil"))
        #expect(ask("/", "good") == "none")
        _ = ask("/pardon", "evil")
        #expect(becomes("none", x: "evil"))
    }

    @Test func `a tarpit refuses when its time has come`() throws {
        let origin = try RecordingOrigin { _ in .ok() }
        defer { origin.close() }
        let proxy = try front(
            """
             http-request tarpit deny_status 429 if { path /slow }
             http-request tarpit
            """,
            port: origin.port,
            name: "tarpit"
        )
        defer { proxy.end() }
        for (path, status) in [("/slow", 429), ("/", 500)] {
            let start = MonotonicClock.milliseconds
            let client = try TestClient(port: proxy.port)
            client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(client.response()?.status == status)
            #expect(MonotonicClock.milliseconds - start >= 150)
            #expect(client.closes())
        }
        let impatient = try TestClient(port: proxy.port)
        impatient.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        impatient.endSending()
        #expect(impatient.closes())
        #expect(origin.requests.isEmpty)
        #expect(try proxy.command("show stat").contains("l,FRONTEND"))
    }

    @Test func `silent-drop says nothing at all`() throws {
        let origin = try RecordingOrigin { _ in .ok() }
        defer { origin.close() }
        let proxy = try front(
            """
             http-request silent-drop if { path /drop }
             http-response silent-drop if { status 200 } METH_POST
             http-request set-tos 0x20
             http-request set-mark 7
             http-request set-nice 3
            """,
            port: origin.port,
            name: "drop"
        )
        defer { proxy.end() }
        let client = try TestClient(port: proxy.port)
        client.send("GET /drop HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try TestClient(port: proxy.port).get("/") == "ok")
        #expect(client.received.isEmpty)
    }

    @Test func `early-hint sends 103 to who knows it`() throws {
        let origin = try RecordingOrigin { _ in .ok() }
        defer { origin.close() }
        let proxy = try front(
            """
             http-request early-hint link "</a>; rel=preload"
             http-request early-hint x-b %[path]
            """,
            port: origin.port,
            name: "hint"
        )
        defer { proxy.end() }
        let client = try TestClient(port: proxy.port)
        client.send("GET /p HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        let text = client.remainder()
        #expect(
            text.hasPrefix(
                "HTTP/1.1 103 Early Hints\r\nlink: </a>; rel=preload\r\n\r\n"
                    + "HTTP/1.1 103 Early Hints\r\nx-b: /p\r\n\r\nHTTP/1.1 200 "
            )
        )
        let old = try TestClient(port: proxy.port)
        old.send("GET /p HTTP/1.0\r\n\r\n")
        #expect(old.remainder().hasPrefix("HTTP/1.1 200 "))
    }

    @Test func `wait-for-body waits for all of it, for enough of it, or in vain`() throws {
        let origin = try RecordingOrigin { _ in .ok() }
        defer { origin.close() }
        let proxy = try front(
            """
             http-request wait-for-body time 100ms if { path /vain }
             http-request wait-for-body time 10s if METH_POST
             http-request wait-for-body time 10s at-least 5 if { method PUT }
            """,
            port: origin.port,
            name: "body"
        )
        defer { proxy.end() }
        let vain = try TestClient(port: proxy.port)
        vain.send("POST /vain HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab")
        #expect(vain.response()?.status == 408)
        #expect(origin.requests.isEmpty)

        let whole = try TestClient(port: proxy.port)
        whole.send(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
        )
        #expect(whole.receive(atLeast: 25))
        whole.send("ab")
        whole.send("cde")
        #expect(whole.response()?.status == 100)
        #expect(whole.response()?.status == 200)
        #expect(origin.requests.count == 1 && origin.requests[0].body == Array("abcde".utf8))
        #expect(origin.requests[0].field("expect").isEmpty)

        let part = try TestClient(port: proxy.port)
        part.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabcdef")
        part.send("ghi")
        #expect(part.response()?.status == 200)
        #expect(origin.requests[1].body == Array("abcdefghi".utf8))
        let chunks = try TestClient(port: proxy.port)
        chunks.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        chunks.send("0\r\n\r\n")
        #expect(chunks.response()?.status == 200)
        #expect(try proxy.command("show stat").contains("l,FRONTEND"))
    }

    @Test func `use-server, force-persist and ignore-persist choose as HAProxy does`() throws {
        let origins = try ["1", "2"].map { name in try RecordingOrigin { _ in .ok(name) } }
        defer { for origin in origins { origin.close() } }
        let proxy = try proxy(
            """
            listen b
             bind 127.0.0.1:1
             cookie C insert indirect
             use-server s2 if { path_beg /two }
             use-server %[req.hdr(x-srv)] if { req.hdr(x-srv) -m found }
             force-persist if { path_beg /force }
             ignore-persist if { path_beg /ignore }
             server s1 127.0.0.1:\(origins[0].port) cookie c1
             server s2 127.0.0.1:\(origins[1].port) cookie c2
            """,
            name: "use"
        )
        defer { proxy.end() }
        /// The server that answers, and whether it is told by a cookie.
        func ask(_ path: String, _ field: String = "X-A: b") throws -> String {
            let client = try TestClient(port: proxy.port)
            client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\(field)\r\nConnection: close\r\n\r\n")
            let text = client.remainder()
            return String(text.suffix(1)) + (text.contains("set-cookie: C=") ? " set" : "")
        }
        #expect(try [ask("/two"), ask("/two"), ask("/two", "Cookie: C=c1")] == ["2", "2", "2"])
        #expect(try ask("/x", "Cookie: C=c2") == "2")
        #expect(try Set([ask("/x"), ask("/x")]) == ["1 set", "2 set"])
        let ignored = try (0..<2).map { _ in try ask("/ignore", "Cookie: C=c2") }
        #expect(Set(ignored) == ["1", "2"])
        #expect(try [ask("/x", "X-Srv: s1"), ask("/x", "X-Srv: s1")] == ["1", "1"])
        #expect(try ask("/x", "X-Srv: s9").hasSuffix(" set"))
        #expect(
            try proxy.command("del server b/s2")
                == "This server cannot be removed at runtime due to other configuration elements pointing to it."
        )
        _ = try proxy.command("set server b/s2 state maint")
        #expect(try ask("/two") == "1 set")
        #expect(try ask("/x", "Cookie: C=c2") == "1 set")
        #expect(try ask("/force", "Cookie: C=c2") == "2")
    }

    @Test func `a backend's rules find what the frontend captured, and their own request`() throws {
        let origin = try RecordingOrigin { _ in
            .text("HTTP/1.1 200 OK\r\nX-O: abc\r\nContent-Length: 0\r\n\r\n")
        }
        defer { origin.close() }
        let proxy = try proxy(
            """
            frontend f
             bind 127.0.0.1:1
             capture response header x-o len 2
             default_backend b
            backend b
             http-request set-header x-conn %[be_conn]
             http-response set-header x-c %[capture.res.hdr(0)]
             server s 127.0.0.1:\(origin.port)
            """,
            name: "captured"
        )
        defer { proxy.end() }
        let client = try TestClient(port: proxy.port)
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.response()?.head.contains("\r\nx-c: ab\r\n") == true)
        #expect(origin.requests.first?.field("x-conn") == ["1"])
    }

    @Test func `what cannot be is refused in HAProxy's words`() {
        let cases = [
            "use-server s9 if TRUE":
                "unable to find server 's9' referenced in a 'use-server' rule.",
            "use-server s1": "requires either 'if' or 'unless' followed by a condition.",
            "force-persist": "requires either 'if' or 'unless' followed by a condition.",
            "http-request wait-for-body": "expects time <time> [ at-least <bytes> ].",
            "http-request wait-for-body time": "missing argument for 'time'.",
            "http-request set-mark x":
                "invalid character starting at 'x' (integer/hex value expected).",
            "http-request deny if { var(txn.x) v }":
                "matching method must be specified first (using '-m') when using a sample fetch of this type "
                + "('var').",
        ]
        for (line, expected) in cases {
            let text = "listen l\n bind :80\n mode http\n server s1 10.0.0.1:80\n \(line)\n"
            let parsed = ConfigParser.parse(files: [("t.cfg", text)], environment: [:]) { _ in nil }
            #expect(
                parsed.diagnostics.contains { $0.message.hasSuffix(expected) },
                "\(line): \(parsed.diagnostics.map(\.message))"
            )
        }
    }
}
