import Testing

@testable import Proxy

@Suite(.serialized) struct WorkerCookieTests {
    /// Two servers `s1` and `s2` that answer their name and, if told to, set a cookie.
    private final class Farm {
        let origins: [RecordingOrigin]
        let worker: WorkerUnderTest

        init(_ line: String, setting cookie: String = "") throws {
            let origins = try ["1", "2"].map { name in
                try RecordingOrigin { _ in
                    .text(
                        "HTTP/1.1 200 OK\r\n\(cookie)Content-Length: 1\r\n\r\n\(name)"
                    )
                }
            }
            let text = "backend b\n mode http\n \(line)\n"
            let parsed = ConfigParser.parse(
                files: [("t", text)],
                environment: [:],
                reading: { _ in nil }
            )
            let options = try #require(parsed.configuration).backends[0].options
            self.origins = origins
            worker = try WorkerUnderTest(servers: origins.map(\.port)) { _, backend in
                backend.options = options
                backend.cookieServers = .make(
                    backend.servers.indices.map { index in
                        var server = backend.servers[index]
                        server.options.cookie = .make("s\(index + 1)")
                        return CookieServer(server: server, isUp: true)
                    }
                )
            }
        }

        deinit { for origin in origins { origin.close() } }

        /// One request with a line of its own; the server's name and the cookies that came back.
        func ask(_ line: String = "", method: String = "GET") throws -> (
            name: String, cookies: [String]
        ) {
            let client = try worker.client()
            let length = method == "POST" ? "Content-Length: 0\r\n" : ""
            client.send("\(method) / HTTP/1.1\r\nHost: a\r\n\(length)\(line)\r\n")
            let response = try #require(client.response())
            let cookies = response.head.split(separator: "\r\n").compactMap { line in
                line.lowercased().hasPrefix("set-cookie: ") ? String(line.dropFirst(12)) : nil
            }
            return (String(decoding: response.body, as: UTF8.self), cookies)
        }

        func lastCookies(_ server: Int) -> [String] {
            origins[server].requests.last?.field("cookie") ?? []
        }
    }

    @Test func `insert gives a client its server and keeps it there`() throws {
        let farm = try Farm("cookie SRV insert httponly secure domain .a.b")
        let first = try farm.ask()
        #expect(first.cookies == ["SRV=s\(first.name); path=/; domain=.a.b; HttpOnly; Secure"])
        for name in ["1", "2", "1", "1", "2"] {
            let answer = try farm.ask("Cookie: x=y; SRV=s\(name); z\r\n")
            #expect(answer.name == name)
            #expect(answer.cookies.isEmpty)
            #expect(farm.lastCookies(name == "1" ? 0 : 1) == ["x=y; SRV=s\(name); z"])
        }
        // Unknown and empty ones count for nothing.
        for value in ["s3", "", "S1"] {
            #expect(try farm.ask("Cookie: SRV=\(value)\r\n").cookies.count == 1)
        }
    }

    @Test func `indirect hides the cookie from servers`() throws {
        let farm = try Farm("cookie SRV insert indirect nocache")
        #expect(try farm.ask("Cookie: a=b; SRV=s1; c=d\r\n").name == "1")
        #expect(farm.lastCookies(0) == ["a=b; c=d"])
        #expect(try farm.ask("Cookie: SRV=s2\r\n").name == "2")
        #expect(farm.lastCookies(1) == [])
    }

    @Test func `postonly waits for a POST`() throws {
        let farm = try Farm("cookie SRV insert postonly")
        #expect(try farm.ask().cookies.isEmpty)
        #expect(try farm.ask(method: "POST").cookies.count == 1)
    }

    @Test func `rewrite and prefix change the cookie that a server sets`() throws {
        let set = "Set-Cookie: JS=abc; path=/x\r\nSet-Cookie: o=p\r\n"
        let rewritten = try Farm("cookie JS rewrite", setting: set)
        let first = try rewritten.ask()
        #expect(first.cookies.sorted() == ["JS=s\(first.name); path=/x", "o=p"])
        let prefixed = try Farm("cookie JS prefix", setting: set)
        let second = try prefixed.ask()
        #expect(second.cookies.sorted() == ["JS=s\(second.name)~abc; path=/x", "o=p"])
        #expect(try prefixed.ask("Cookie: JS=s2~abc\r\n").name == "2")
        #expect(prefixed.lastCookies(1) == ["JS=abc"])
        #expect(try prefixed.ask("Cookie: JS=s1~a~b; q=r\r\n").name == "1")
        #expect(prefixed.lastCookies(0) == ["JS=a~b; q=r"])
    }

    @Test func `insert replaces what a server sets unless it is to be preserved`() throws {
        let set = "Set-Cookie: SRV=mine\r\n"
        let replaced = try Farm("cookie SRV insert", setting: set)
        let answer = try replaced.ask()
        #expect(answer.cookies == ["SRV=s\(answer.name); path=/"])
        #expect(try Farm("cookie SRV insert preserve", setting: set).ask().cookies == ["SRV=mine"])
    }

    @Test func `dates end a cookie's validity`() throws {
        let farm = try Farm("cookie SRV insert maxidle 1m maxlife 1h")
        let cookie = try #require(try farm.ask().cookies.first)
        let value = try #require(cookie.split(separator: ";").first)
        #expect(value.split(separator: "|").map(\.utf8.count) == [6, 5, 5])
        for _ in 0..<3 {
            let name = String(value.dropFirst(5).prefix(1))
            #expect(try farm.ask("Cookie: \(value)\r\n").name == name)
        }
        var old = ScratchBuffer(capacity: 64)
        defer { old.free() }
        CookieDate.write(SystemProcess.time - 7200, to: &old)
        let date = String(decoding: old.bytes.array, as: UTF8.self)
        // Idle for two hours, and begun two hours ago.
        #expect(try farm.ask("Cookie: SRV=s1\(date)\r\n").cookies.count == 1)
        #expect(try farm.ask("Cookie: SRV=s1\(date)\(date)\r\n").cookies.count == 1)
    }

    @Test func `a server that is down or draining`() throws {
        let farm = try Farm("cookie SRV insert")
        // Draining: it takes no request but those that belong to it.
        farm.worker.replaceServers { Array($0.dropFirst()) }
        #expect(try farm.ask("Cookie: SRV=s1\r\n").name == "1")
        #expect(try farm.ask().name == "2")
    }
}
