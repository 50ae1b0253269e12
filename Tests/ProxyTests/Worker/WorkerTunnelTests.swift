import Testing

@testable import Proxy

@Suite(.serialized) struct WorkerTunnelTests {
    private func tcp(
        _ origin: ByteOrigin,
        change: (inout FrontendSnapshot, inout BackendSnapshot) -> Void = { _, _ in }
    ) throws -> WorkerUnderTest {
        try WorkerUnderTest(servers: [origin.port]) { frontend, backend in
            frontend.options.isTCP = true
            backend.options.isTCP = true
            change(&frontend, &backend)
        }
    }

    @Test func `TCP mode passes bytes both ways, whoever speaks first`() throws {
        let origin = try ByteOrigin(greeting: "220 hello\r\n") { _, new in .text("<\(new)>") }
        defer { origin.close() }
        let worker = try tcp(origin)
        let client = try worker.client()
        #expect(client.receive(atLeast: 11))
        client.send("\u{0}one")
        #expect(client.receive(atLeast: 17))
        #expect(String(decoding: client.received, as: UTF8.self) == "220 hello\r\n<\u{0}one>")
        let counters = worker.plane.counters(of: worker.slots[0])
        #expect(counters.currentSessions == 1)
        #expect(counters.bytesIn == 4)
        #expect(counters.bytesOut == 17)
    }

    @Test func `a client's end is passed on and the answer after it still comes`() throws {
        let origin = try ByteOrigin(closesAtEnd: false) { all, _ in
            all.hasSuffix("end") ? .text("done", closes: true) : .text("")
        }
        defer { origin.close() }
        let worker = try tcp(origin)
        let client = try worker.client()
        client.send("the end").endSending()
        #expect(client.remainder() == "done")
        #expect(!client.wasReset)
        #expect(
            client.eventually { worker.plane.counters(of: worker.slots[0]).currentSessions == 0 }
        )
    }

    @Test func `a server's end leaves the other direction open`() throws {
        let origin = try ByteOrigin { all, _ in
            var answer = ByteOrigin.Answer(bytes: Array("bye".utf8))
            answer.endsSending = all == "a"
            return answer
        }
        defer { origin.close() }
        let worker = try tcp(origin)
        let client = try worker.client()
        client.send("a")
        #expect(client.remainder() == "bye")
        client.send("more")
        #expect(client.eventually { origin.received == ["amore"] })
        client.endSending()
        #expect(client.eventually { origin.ended == [true] })
    }

    @Test func `many bytes pass both ways through full buffers`() throws {
        let origin = try ByteOrigin(echoes: true)
        defer { origin.close() }
        let worker = try tcp(origin)
        let client = try worker.client()
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        client.send(bytes).endSending()
        #expect(client.receive(atLeast: bytes.count))
        #expect(client.received == bytes)
        #expect(client.eventually { origin.ended == [true] })
    }

    @Test func `a server that cannot be reached closes the client`() throws {
        let origin = try ByteOrigin()
        origin.close()
        let worker = try tcp(origin) { _, backend in backend.timeouts.connect = 10 }
        #expect(try worker.client().closes())
        #expect(worker.plane.counters(of: worker.slots[0]).connectErrors == 4)
        #expect(worker.plane.counters(ofFrontend: 0).currentSessions == 0)
    }

    @Test func `a silent tunnel is closed at its timeout`() throws {
        let origin = try ByteOrigin(greeting: "x")
        defer { origin.close() }
        for change: (inout FrontendSnapshot, inout BackendSnapshot) -> Void in [
            { frontend, _ in frontend.timeouts.client = 60 },
            { _, backend in backend.timeouts.server = 60 },
            { frontend, backend in
                frontend.timeouts.client = 60_000
                backend.timeouts.server = 60_000
                backend.timeouts.tunnel = 60
            },
        ] {
            let worker = try tcp(origin, change: change)
            let client = try worker.client()
            let start = MonotonicClock.milliseconds
            #expect(client.remainder() == "x")
            #expect(MonotonicClock.milliseconds - start < 4000)
        }
    }

    @Test func `after one end the fin timeouts hold`() throws {
        let origin = try ByteOrigin(closesAtEnd: false)
        defer { origin.close() }
        let worker = try tcp(origin) { _, backend in
            backend.timeouts.tunnel = 60_000
            backend.timeouts.serverFin = 50
        }
        let client = try worker.client()
        client.send("x").endSending()
        let start = MonotonicClock.milliseconds
        #expect(client.remainder() == "")
        #expect(MonotonicClock.milliseconds - start < 4000)
    }

    // MARK: HTTP

    static let upgrade =
        "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nX: y\r\n\r\n"

    @Test func `an upgrade becomes a tunnel, with what was sent along`() throws {
        let origin = try ByteOrigin { all, new in
            guard all.hasSuffix("\r\n\r\n") else { return .text("[\(new)]") }
            return .text(
                "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nfirst"
            )
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send(Self.upgrade)
        let response = try #require(client.response())
        #expect(response.status == 101)
        #expect(response.head.contains("connection: Upgrade\r\n"))
        #expect(response.head.contains("Upgrade: websocket\r\n"))
        client.send("GET / HTTP/1.1\r\n")
        #expect(client.receive(atLeast: 23))
        #expect(
            String(decoding: client.received, as: UTF8.self) == "first[GET / HTTP/1.1\r\n]"
        )
        let head = origin.received[0]
        #expect(head.contains("connection: Upgrade\r\n"))
        #expect(head.contains("Upgrade: websocket\r\n"))
        #expect(!head.contains("keep-alive"))
        #expect(worker.plane.counters(of: worker.slots[0]).responses[0] == 1)
    }

    @Test func `bytes sent before 101 wait for it`() throws {
        let origin = try RecordingOrigin { _ in
            .text("HTTP/1.1 101 Up\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send(Self.upgrade + "GET /inside HTTP/1.1\r\nHost: b\r\n\r\n")
        #expect(client.response()?.status == 101)
        // The origin, which goes on reading HTTP, gets them as they were sent.
        #expect(client.eventually { origin.requests.count == 2 })
        #expect(origin.requests[1].head == "GET /inside HTTP/1.1\r\nHost: b\r\n\r\n")
    }

    @Test func `an upgrade that is answered 200 stays HTTP`() throws {
        let origin = try RecordingOrigin { .ok($0.path) }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send(Self.upgrade + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.response().map { String(decoding: $0.body, as: UTF8.self) } == "/chat")
        #expect(client.response().map { String(decoding: $0.body, as: UTF8.self) } == "/next")
    }

    static let notPassedOn = [
        "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket, h2c\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: a\r\nUpgrade: b\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 1\r\n\r\nx",
    ]

    @Test(arguments: notPassedOn)
    func `an upgrade that may not be is not asked for, and 101 is a fault`(
        _ text: String
    ) throws {
        let origin = try RecordingOrigin { _ in
            .text("HTTP/1.1 101 Up\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n")
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send(text)
        #expect(client.response()?.status == 502)
        #expect(origin.requests[0].field("upgrade").isEmpty)
        #expect(origin.requests[0].field("connection").isEmpty)
    }

    @Test func `CONNECT becomes a tunnel when it is accepted`() throws {
        let origin = try ByteOrigin { all, new in
            all.hasSuffix("\r\n\r\n")
                ? .text("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") : .text("[\(new)]")
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n")
        #expect(client.receive(atLeast: 19))
        #expect(String(decoding: client.received, as: UTF8.self) == "HTTP/1.1 200 OK\r\n\r\n")
        client.send("hello")
        #expect(client.receive(atLeast: 26))
        #expect(origin.received[0].hasPrefix("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example"))
    }

    @Test func `CONNECT that is refused stays HTTP`() throws {
        let origin = try RecordingOrigin { request in
            request.line.hasPrefix("CONNECT")
                ? .text("HTTP/1.1 405 No\r\nContent-Length: 2\r\n\r\nno") : .ok()
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n")
        #expect(client.response()?.status == 405)
        #expect(client.get("/") == "ok")
    }
}
