import Testing

@testable import Proxy

@Suite(.serialized) struct WorkerFailureTests {
    @Test func `a server that closes idle connections loses no request`() throws {
        let origin = try RecordingOrigin { .ok($0.path, closes: true) }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        for index in 0..<200 { #expect(client.get("/\(index)") == "/\(index)") }
        #expect(
            client.eventually { worker.plane.counters(of: worker.slots[0]).currentSessions == 0 }
        )
    }

    @Test func `a request on a pooled connection that dies unanswered is sent once more`() throws {
        // The second request of each connection is met with a close, as by a server that timed out.
        let seen = Seen()
        let origin = try RecordingOrigin { request in
            seen.isFirst(on: request.connection) ? .ok() : OriginReply(pieces: [], closes: true)
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        for index in 0..<10 { #expect(client.get("/\(index)") == "ok") }
        #expect(worker.plane.counters(of: worker.slots[0]).retries == 9)
    }

    @Test func `a POST is not sent twice`() throws {
        let seen = Seen()
        let origin = try RecordingOrigin { request in
            seen.isFirst(on: request.connection) ? .ok() : OriginReply(pieces: [], closes: true)
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        #expect(client.get("/") == "ok")
        client.send("POST /pay HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n1")
        #expect(client.response()?.status == 502)
        #expect(origin.requests.filter { $0.path == "/pay" }.count == 1)
    }

    @Test func `without servers there is 503, and the connection stays`() throws {
        let worker = try WorkerUnderTest(servers: [])
        let client = try worker.client()
        for _ in 0..<3 {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            let response = try #require(client.response())
            #expect(response.status == 503)
            #expect(
                String(decoding: response.body, as: UTF8.self).contains("No server is available")
            )
        }
        #expect(worker.plane.counters(ofBackend: 0).unserved == 3)
    }

    @Test func `a server that refuses connections is passed over`() throws {
        let closed = try RecordingOrigin()
        closed.close()
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [closed.port, origin.port]) { _, backend in
            backend.redispatches = true
        }
        let client = try worker.client()
        for _ in 0..<10 { #expect(client.get("/") == "ok") }
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
        #expect(client.response()?.status == 200)
    }

    @Test func `when every server refuses there is 503`() throws {
        let closed = try RecordingOrigin()
        closed.close()
        let worker = try WorkerUnderTest(servers: [closed.port]) { _, backend in
            backend.timeouts.connect = 20
        }
        let client = try worker.client()
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.response()?.status == 503)
        #expect(worker.plane.counters(of: worker.slots[0]).connectErrors == 4)
        #expect(worker.plane.counters(of: worker.slots[0]).currentSessions == 0)
    }

    static let faulty = [
        "nonsense\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 101 Up\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Le",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    ]

    @Test(arguments: faulty) func `a faulty response is 502 and its connection is not used again`(
        _ text: String
    ) throws {
        let origin = try RecordingOrigin { request in
            request.path == "/bad" ? .text(text, closes: text.hasSuffix("Le")) : .ok()
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send("GET /bad HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.response()?.status == 502)
        #expect(client.get("/good") == "ok")
        #expect(origin.requests.last?.connection == 2)
    }

    @Test func `a response cut short does not look whole`() throws {
        let origin = try RecordingOrigin { _ in
            .text("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", closes: true)
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.response() == nil)
        #expect(client.hasEnded)
    }

    @Test func `bytes behind a response spoil its connection`() throws {
        let origin = try RecordingOrigin { request in
            request.path == "/more"
                ? .text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n")
                : .ok()
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        #expect(client.get("/more") == "ok")
        #expect(client.get("/") == "ok")
        #expect(origin.connectionCount == 2)
    }

    @Test func `an early answer to a long upload reaches the client and closes`() throws {
        let origin = try RecordingOrigin(refusesBodies: true)
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc")
        let response = try #require(client.response())
        #expect(response.status == 413)
        #expect(response.head.contains("connection: close"))
    }

    @Test func `a header that is too slow is answered 408`() throws {
        let worker = try WorkerUnderTest(servers: []) { frontend, _ in
            frontend.timeouts.httpRequest = 50
        }
        let client = try worker.client()
        client.send("GET / HTTP/1.1\r\nHo")
        #expect(client.response()?.status == 408)
    }

    @Test func `an idle client is closed without a word`() throws {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { frontend, _ in
            frontend.timeouts.client = 5000
            frontend.timeouts.httpKeepAlive = 50
        }
        let client = try worker.client()
        #expect(client.get("/") == "ok")
        #expect(client.closes())
    }

    @Test func `a server that does not answer is given up with 504`() throws {
        let origin = try RecordingOrigin { _ in .silence }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { _, backend in
            backend.timeouts.server = 50
        }
        let client = try worker.client()
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.response()?.status == 504)
        #expect(worker.plane.counters(of: worker.slots[0]).currentSessions == 0)
    }
}
