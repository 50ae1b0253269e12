import Testing

@testable import Proxy

@Suite(.serialized) struct WorkerProxyHeaderTests {
    @Test func `accept-proxy takes the client from the header, byte by byte`() throws {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port], acceptsProxy: true) {
            frontend,
            _ in
            frontend.addsForwardedFor = true
        }
        let client = try worker.client()
        for byte in "PROXY TCP4 9.8.7.6 5.6.7.8 80 443\r\n".utf8 { client.send([byte]) }
        #expect(client.get("/") == "ok")
        #expect(client.get("/") == "ok")
        #expect(origin.requests.allSatisfy { $0.field("x-forwarded-for") == ["9.8.7.6"] })
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "PROXY TCP4 1.2.3.4\r\n",
        "PROXY UNKNOWN\r\nPROXY UNKNOWN\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    ])
    func `anything else is closed or refused`(_ text: String) throws {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port], acceptsProxy: true)
        let client = try worker.client()
        client.send(text)
        let answer = client.remainder()
        #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 400"))
        #expect(origin.requests.isEmpty)
    }

    @Test
    func `send-proxy tells the server before the request, on a connection of the client's own`()
        throws
    {
        let origin = try ByteOrigin { _, new in
            new.hasSuffix("\r\n\r\n")
                ? .text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") : .text("")
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { _, backend in
            backend.options.reuse = .always
        } server: { _, server in
            server.options.proxyHeader = .version1
        }
        for _ in 0..<2 {
            let client = try worker.client()
            #expect(client.get("/") == "ok")
            #expect(client.get("/") == "ok")
        }
        #expect(origin.received.count == 2)
        for text in origin.received {
            #expect(text.hasPrefix("PROXY TCP4 127.0.0.1 127.0.0.1 "))
            #expect(text.contains(" \(worker.port)\r\nGET / HTTP/1.1\r\n"))
            #expect(text.split(separator: "GET /").count == 3)
        }
    }

    @Test func `what accept-proxy was told is passed on by send-proxy-v2, in TCP too`() throws {
        let origin = try ByteOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port], acceptsProxy: true) {
            frontend,
            backend in
            frontend.options.isTCP = true
            backend.options.isTCP = true
        } server: { _, server in
            server.options.proxyHeader = .version2
        }
        let client = try worker.client()
        client.send("PROXY TCP4 9.8.7.6 5.6.7.8 80 443\r\nhello")
        #expect(client.eventually { origin.bytes(of: 0).count == 33 })
        let bytes = origin.bytes(of: 0)
        #expect(Array(bytes.dropFirst(28)) == Array("hello".utf8))
        guard case .complete(let header) = ProxyProtocol.parse(bytes.span) else {
            Issue.record("no header")
            return
        }
        #expect("\(header.source) \(header.destination)" == "9.8.7.6:80 5.6.7.8:443")
    }
}
