import Testing

@testable import Proxy

@Suite(.serialized) struct WorkerRequestTests {
    @Test func `http-buffer-request holds a request until its body is there`() throws {
        let origin = try RecordingOrigin { .ok(String(decoding: $0.body, as: UTF8.self)) }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { frontend, _ in
            frontend.options.buffersRequest = true
            frontend.timeouts.httpRequest = 5000
        }
        let client = try worker.client()
        for text in ["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nab", "c", "de"] {
            client.send(text)
            #expect(try worker.client().get("/") == "")
        }
        #expect(origin.requests.allSatisfy { $0.line.hasPrefix("GET") })
        #expect(worker.plane.counters(of: worker.slots[0]).totalSessions == 3)
        client.send("f")
        #expect(client.response().map { String(decoding: $0.body, as: UTF8.self) } == "abcdef")
        client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        client.send("0\r\n\r\n")
        #expect(client.response().map { String(decoding: $0.body, as: UTF8.self) } == "abc")
        #expect(worker.plane.counters(ofFrontend: 0).requests == 5)
    }

    @Test func `it asks for a body that is expected, and goes on with a full buffer`() throws {
        let origin = try RecordingOrigin { .ok("\($0.body.count)") }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { frontend, _ in
            frontend.options.buffersRequest = true
        }
        let client = try worker.client()
        client.send(
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
        )
        #expect(client.response()?.status == 100)
        client.send("abc")
        #expect(client.response().map { String(decoding: $0.body, as: UTF8.self) } == "3")
        #expect(origin.requests[0].field("expect").isEmpty)
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
        client.send([UInt8](repeating: 120, count: 100_000))
        #expect(client.response().map { String(decoding: $0.body, as: UTF8.self) } == "100000")
    }

    @Test func `a body that does not come in time is answered 408`() throws {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { frontend, _ in
            frontend.options.buffersRequest = true
            frontend.timeouts.httpRequest = 50
        }
        let client = try worker.client()
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\nab")
        #expect(client.response()?.status == 408)
        #expect(origin.connectionCount == 0)
    }

    @Test func `forwardfor obeys its arguments`() throws {
        func addresses(
            _ request: String,
            _ change: (inout FrontendSnapshot, inout BackendSnapshot) -> Void
        ) throws -> [[String]] {
            let origin = try RecordingOrigin()
            defer { origin.close() }
            let worker = try WorkerUnderTest(servers: [origin.port]) { frontend, backend in
                frontend.addsForwardedFor = true
                change(&frontend, &backend)
            }
            let client = try worker.client()
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\(request)\r\n")
            #expect(client.response()?.status == 200)
            return [
                origin.requests[0].field("x-forwarded-for"), origin.requests[0].field("x-client"),
            ]
        }
        let given = "X-Forwarded-For: 1.2.3.4\r\n"
        #expect(try addresses(given) { _, _ in } == [["1.2.3.4", "127.0.0.1"], []])
        #expect(
            try addresses(given) { frontend, _ in
                frontend.options.forwardedFor.ifNone = true
            } == [["1.2.3.4"], []]
        )
        #expect(
            try addresses("") { frontend, _ in frontend.options.forwardedFor.ifNone = true }
                == [["127.0.0.1"], []]
        )
        #expect(
            try addresses(given) { _, backend in
                backend.addsForwardedFor = true
                backend.options.forwardedFor.header = .make("x-client")
            } == [["1.2.3.4"], ["127.0.0.1"]]
        )
        #expect(
            try addresses("") { frontend, _ in
                frontend.options.forwardedFor.except = Network("127.0.0.0/8") ?? Network()
            } == [[], []]
        )
    }
}
