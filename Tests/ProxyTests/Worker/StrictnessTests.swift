import Testing

@testable import Proxy

/// Raw requests and responses in front of an origin that keeps every byte: nothing doubtful is passed on.
@Suite(.serialized) struct StrictnessTests {
    /// Everything whose header alone decides.
    static let heads: [HeadCase] =
        RequestParserTests.framing + RequestParserTests.lines + RequestParserTests.requestLines
        + RequestParserTests.hosts

    /// Answers each whole request by rules of its own: a length, or the last chunk.
    private static func origin() throws -> ByteOrigin {
        try ByteOrigin { all, _ in
            isWhole(all) ? .text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") : .text("")
        }
    }

    private static func isWhole(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let head = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return false }
        let lines = text.lowercased().split(separator: "\r\n")
        if lines.contains(where: { $0.hasPrefix("transfer-encoding") }) {
            return RecordingOrigin.decodeChunks(bytes, from: head.upperBound) != nil
        }
        let length = lines.first { $0.hasPrefix("content-length") }?.split(separator: " ").last
        return bytes.count - head.upperBound >= length.flatMap { Int($0) } ?? 0
    }

    @Test func `no header that must be refused reaches a server, and what follows is not executed`()
        throws
    {
        let origin = try Self.origin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        var refused = 0
        for one in Self.heads {
            guard case .rejected(let rejection) = one.expected else { continue }
            refused += 1
            let raw = RawCase(one.name, one.text, .refused(Int(rejection.rawValue)))
            try check(raw, worker, origin)
        }
        #expect(refused > 90)
        #expect(try worker.client().get("/innocent") == "ok")
        #expect(origin.received == ["GET /innocent HTTP/1.1\r\nHost: a\r\n\r\n"])
    }

    @Test func `chunked bodies are passed on in one form or broken off`() throws {
        let origin = try Self.origin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        for one in RawCase.chunks { try check(one, worker, origin) }
        #expect(try worker.client().get("/innocent") == "ok")
    }

    @Test func `requests of every form are passed on in one form or refused`() throws {
        let origin = try Self.origin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        for one in RawCase.forms { try check(one, worker, origin) }
    }

    @Test func `there are more than 200 cases`() {
        #expect(Self.heads.count + RawCase.chunks.count + RawCase.forms.count > 200)
        #expect(RawResponse.all.count > 45)
    }

    private func check(_ one: RawCase, _ worker: WorkerUnderTest, _ origin: ByteOrigin) throws {
        let seen = origin.received.count
        let client = try worker.client()
        switch one.outcome {
        case .forwarded(let expected):
            client.send(one.bytes)
            #expect(client.response()?.status == 200, "\(one.name)")
            let expected = expected.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
            #expect(origin.bytes(of: seen) == expected, "\(one.name)")
        case .refused(let status):
            client.send(one.bytes + Array("GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
            client.endSending()
            #expect(client.response()?.status == status, "\(one.name)")
            #expect(client.closes(), "\(one.name)")
            #expect(origin.received.count == seen, "\(one.name)")
        case .brokenOff(let status):
            client.send(one.bytes)
            #expect(client.response()?.status == status, "\(one.name)")
            client.endSending()
            #expect(client.closes(), "\(one.name)")
            let began = origin.received.count > seen ? origin.received[seen] : ""
            #expect(!Self.isWhole(began) || began.isEmpty, "\(one.name)")
        }
    }

    @Test func `split anywhere, requests are read the same`() throws {
        let origin = try Self.origin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let text =
            "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;a\r\nabc\r\n0\r\nX: y\r\n\r\n"
        for place in stride(from: 1, to: text.utf8.count, by: 5) {
            let client = try worker.client()
            client.send(Array(text.utf8.prefix(place)))
            client.send(Array(text.utf8.dropFirst(place)))
            #expect(client.response()?.status == 200)
        }
        let expected =
            "POST /p HTTP/1.1\r\nHost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n"
        #expect(origin.received.allSatisfy { $0 == expected })
    }

    @Test func `a thousand pipelined requests are answered in order`() throws {
        let origin = try RecordingOrigin { .ok($0.path) }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send((0..<1000).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
        for number in 0..<1000 {
            let body = client.response().map { String(decoding: $0.body, as: UTF8.self) }
            guard body == "/\(number)" else {
                Issue.record("request \(number) got \(body ?? "nothing")")
                return
            }
        }
    }

    @Test(arguments: RawResponse.all) func `responses are passed on whole, refused or cut off`(
        _ one: RawResponse
    ) throws {
        let bytes = one.bytes
        let closes = one.closes
        let origin = try RecordingOrigin { request in
            request.path == "/raw" ? OriginReply(pieces: [bytes], closes: closes) : .ok("next")
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send("\(one.method) /raw HTTP/1.1\r\nHost: a\r\n\r\n")
        var response = client.response(to: one.method)
        while let interim = response, interim.status < 200, interim.status != 101 {
            response = client.response(to: one.method)
        }
        switch one.outcome {
        case .passed(let body, let isReused):
            #expect(response.map { String(decoding: $0.body, as: UTF8.self) } == body)
            #expect((response?.status ?? 0) < 400)
            let next =
                try response?.head.contains("connection: close") == true ? worker.client() : client
            #expect(next.get("/next") == "next")
            #expect(origin.requests.last?.connection == (isReused ? 1 : 2))
        case .refused:
            #expect(response?.status == 502)
            #expect(try worker.client().get("/next") == "next")
            #expect(origin.requests.last?.connection ?? 0 > 1)
        case .cutOff:
            #expect(response == nil || response?.status == 502)
            // What came of it is no whole response, and then the connection ends.
            _ = client.remainder()
            #expect(client.hasEnded)
            #expect(try worker.client().get("/next") == "next")
            #expect(origin.requests.last?.connection ?? 0 > 1)
        }
    }
}
