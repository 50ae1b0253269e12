import Testing

@testable import Proxy

@Suite(.serialized) struct WorkerTests {
    @Test func `both sides keep their connection for many requests`() throws {
        let origin = try RecordingOrigin { .ok($0.path) }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        for index in 0..<20 { #expect(client.get("/\(index)") == "/\(index)") }
        #expect(origin.connectionCount == 1)
        #expect(origin.requests.map(\.path) == (0..<20).map { "/\($0)" })
        #expect(
            client.eventually { worker.plane.counters(of: worker.slots[0]).currentSessions == 0 }
        )
        let counters = worker.plane.counters(of: worker.slots[0])
        #expect(counters.totalSessions == 20)
        #expect(counters.reuses == 19)
        #expect(counters.responses[1] == 20)
        #expect(counters.currentSessions == 0)
        #expect(worker.plane.counters(ofFrontend: 0).requests == 20)
    }

    @Test func `pipelined requests are answered in order`() throws {
        let origin = try RecordingOrigin {
            .ok("\($0.path):\(String(decoding: $0.body, as: UTF8.self))")
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port, origin.port])
        let client = try worker.client()
        var text = ""
        for index in 0..<40 {
            text += "POST /\(index) HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n\(index % 10)x"
        }
        client.send(text)
        for index in 0..<40 {
            #expect(
                client.response().map { String(decoding: $0.body, as: UTF8.self) }
                    == "/\(index):\(index % 10)x"
            )
        }
    }

    @Test func `a chunked request that comes byte by byte arrives whole, and so does the next`()
        throws
    {
        let origin = try RecordingOrigin { .ok(String(decoding: $0.body, as: UTF8.self)) }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        let text = """
            POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: CHUNKED\r\n\r\n\
            005;ext=1\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: 1\r\nHost: evil\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n
            """
        for byte in text.utf8 { client.send([byte]) }
        #expect(client.response().map { String(decoding: $0.body, as: UTF8.self) } == "hello world")
        #expect(client.response()?.status == 200)
        #expect(origin.requests.map(\.path) == ["/c", "/next"])
        #expect(origin.requests[0].field("transfer-encoding") == ["chunked"])
    }

    @Test func `two megabytes pass in both directions, also to a slow reader`() throws {
        let body = [UInt8](repeating: 0x61, count: 2 << 20)
        let origin = try RecordingOrigin { request in
            var reply = OriginReply.text(
                "HTTP/1.1 200 OK\r\nContent-Length: \(request.body.count)\r\n\r\n"
            )
            reply.pieces.append(request.body)
            return reply
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        for _ in 0..<2 {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n").send(
                body
            )
            #expect(
                worker.eventually { worker.plane.counters(of: worker.slots[0]).bytesOut > 100_000 }
            )
            #expect(client.response()?.body == body)
        }
        #expect(origin.requests.count == 2)
    }

    @Test func `a chunked response in many pieces passes in canonical form`() throws {
        let text =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0004\r\ndefg\r\n0\r\nA: b\r\n\r\n"
        let origin = try RecordingOrigin { _ in OriginReply(pieces: Array(text.utf8).map { [$0] }) }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        for _ in 0..<3 {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(client.response().map { String(decoding: $0.body, as: UTF8.self) } == "abcdefg")
        }
        #expect(origin.connectionCount == 1)
    }

    @Test func `responses without a body leave the connection usable`() throws {
        let origin = try RecordingOrigin { request in
            switch request.path {
            case "/204": .text("HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n")
            case "/304": .text("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n")
            case "/head": .text("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
            default: .ok()
            }
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send("GET /204 HTTP/1.1\r\nHost: a\r\n\r\n")
        let empty = try #require(client.response())
        #expect(empty.status == 204)
        #expect(!empty.head.lowercased().contains("content-length"))
        client.send("GET /304 HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.response()?.status == 304)
        client.send("HEAD /head HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.response(to: "HEAD")?.head.contains("Content-Length: 9") == true)
        #expect(client.get("/") == "ok")
        #expect(origin.connectionCount == 1)
    }

    @Test func `100-continue is passed in both directions`() throws {
        let origin = try RecordingOrigin(continues: true) {
            .ok(String(decoding: $0.body, as: UTF8.self))
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send(
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
        )
        #expect(client.response()?.status == 100)
        client.send("abc")
        #expect(client.response().map { String(decoding: $0.body, as: UTF8.self) } == "abc")
        #expect(client.get("/") == "")
    }

    @Test func `a response until close ends the client's connection`() throws {
        let origin = try RecordingOrigin { _ in
            .text("HTTP/1.1 200 OK\r\n\r\nall of it", closes: true)
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let response = try #require(client.response())
        #expect(String(decoding: response.body, as: UTF8.self) == "all of it")
        #expect(response.head.contains("connection: close"))
        #expect(client.hasEnded)
    }

    @Test func `a client of HTTP 1.0 gets no chunks and a closed connection`() throws {
        let origin = try RecordingOrigin { _ in
            .text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send("GET / HTTP/1.0\r\n\r\n")
        let response = try #require(client.response())
        #expect(String(decoding: response.body, as: UTF8.self) == "abc")
        #expect(!response.head.lowercased().contains("transfer-encoding"))
        #expect(origin.requests[0].line == "GET / HTTP/1.1")
    }

    @Test func `Connection close is obeyed and not passed on`() throws {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { _, backend in
            backend.options.reuse = .always
        }
        for _ in 0..<3 {
            let client = try worker.client()
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(client.response()?.head.contains("connection: close") == true)
            #expect(client.closes())
        }
        #expect(origin.connectionCount == 1)
        #expect(origin.requests.allSatisfy { $0.field("connection").isEmpty })
    }

    @Test func `a client that closes its sending side still gets its answer`() throws {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").endSending()
        #expect(client.response()?.status == 200)
        #expect(client.closes())
    }

    @Test func `the client's address is added`() throws {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { frontend, _ in
            frontend.addsForwardedFor = true
        }
        #expect(try worker.client().get("/") == "ok")
        #expect(origin.requests[0].field("x-forwarded-for") == ["127.0.0.1"])
    }

    @Test func `the monitor is answered here`() throws {
        let worker = try WorkerUnderTest(servers: []) { frontend, _ in
            frontend.monitorURI = .make("/alive")
        }
        let client = try worker.client()
        for _ in 0..<3 {
            let body = client.get("/alive")
            #expect(body == "<html><body><h1>200 OK</h1>\nService ready.\n</body></html>\n")
        }
        #expect(worker.plane.counters(ofFrontend: 0).intercepted == 3)
    }

    static let malformed = [
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n",
        "\u{0}\u{1}\u{2}\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
    ]

    @Test(arguments: malformed) func `nothing of a malformed request reaches a server`(
        _ text: String
    ) throws {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send(text + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.response()?.status == 400)
        client.endSending()
        #expect(client.closes())
        #expect(try worker.client().get("/innocent") == "ok")
        #expect(origin.requests.map(\.path) == ["/innocent"])
    }

    @Test func `a malformed chunk ends the request with 400`() throws {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcXX")
        #expect(client.response()?.status == 400)
        #expect(origin.requests.isEmpty)
    }

    @Test func `a header that never ends is refused at its limit`() throws {
        let worker = try WorkerUnderTest(servers: [])
        let client = try worker.client()
        client.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "y", count: 20_000))
        #expect(client.response()?.status == 431)
    }
}
