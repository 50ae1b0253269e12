import Testing

@testable import Proxy

@Suite(.serialized) struct WorkerRetryTests {
    private static let post = "POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"

    /// One server that answers `bad` twice and then well; redispatch is off.
    private func statuses(
        _ conditions: RetryConditions,
        _ bad: OriginReply,
        request: String = post
    ) throws -> (status: Int?, requests: [OriginRequest]) {
        let origin = try RecordingOrigin { $0.number <= 2 ? bad : .ok() }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { _, backend in
            backend.options.retryOn = conditions
            backend.timeouts.server = 100
        }
        let client = try worker.client()
        client.send(request)
        return (client.response()?.status, origin.requests)
    }

    @Test func `retry-on sends whole requests again, bodies too`() throws {
        let cases: [(RetryConditions, OriginReply)] = [
            (.emptyResponse, OriginReply(pieces: [], closes: true)),
            (.junkResponse, .text("nonsense\r\n\r\n")),
            (.responseTimeout, .silence),
            (.status(503), .text("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")),
            (.status(404), .text("HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nxx")),
        ]
        for (condition, bad) in cases {
            let result = try statuses(condition, bad)
            #expect(result.status == 200)
            #expect(result.requests.map(\.body) == Array(repeating: Array("abc".utf8), count: 3))
        }
    }

    @Test func `what retry-on does not name is not repeated`() throws {
        #expect(try statuses(.connectionFailure, .text("x\r\n\r\n")).status == 502)
        #expect(try statuses(.emptyResponse, .silence).status == 504)
        let result = try statuses(
            .status(502),
            .text("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n")
        )
        #expect(result.status == 503)
        #expect(result.requests.count == 1)
    }

    @Test func `a request too large to keep is not repeated`() throws {
        let body = String(repeating: "x", count: 20_000)
        let result = try statuses(
            .emptyResponse,
            OriginReply(pieces: [], closes: true),
            request: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n\(body)"
        )
        #expect(result.status == 502)
        #expect(result.requests.count == 1)
    }

    @Test func `without redispatch the same server is tried again after a pause`() throws {
        let closed = try RecordingOrigin()
        closed.close()
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [closed.port, origin.port]) { _, backend in
            backend.timeouts.connect = 10
            backend.algorithm = .first
        }
        let client = try worker.client()
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.response()?.status == 503)
        #expect(worker.plane.counters(of: worker.slots[0]).connectErrors == 4)
        #expect(origin.requests.isEmpty)
    }

    @Test func `redispatch sends the last retry elsewhere`() throws {
        let closed = try RecordingOrigin()
        closed.close()
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [closed.port, origin.port]) { _, backend in
            backend.timeouts.connect = 10
            backend.algorithm = .first
            backend.redispatches = true
        }
        let client = try worker.client()
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.response()?.status == 200)
        #expect(worker.plane.counters(of: worker.slots[0]).connectErrors == 3)
        #expect(worker.plane.counters(of: worker.slots[1]).redispatches == 1)
    }
}
