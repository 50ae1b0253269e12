import Testing

@testable import Proxy

/// Servers that die, clients that dawdle, and a machine that has nothing left.
@Suite(.serialized) struct WorkerFaultTests {
    private static let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"
    private static let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    /// What the server has said when it dies, and the status a client may then see.
    static let deaths: [(said: String, resets: Bool, status: Int?)] = [
        ("", false, 502), ("", true, 502), ("HTTP/1.1 2", false, 502), ("HTTP/1.1 2", true, 502),
        ("HTTP/1.1 200 OK\r\nX: y", false, 502), ("HTTP/1.1 100 Continue\r\n\r\n", false, 502),
        (head, false, nil), (head, true, nil), (head + "12345", false, nil),
        (head + "12345", true, nil),
        (chunked, false, nil), (chunked + "5\r\nab", true, nil),
        (chunked + "2\r\nab\r\n", false, nil),
        (chunked + "2\r\nab\r\n0\r\n", true, nil),
    ]

    @Test func `a server may die in any phase of a response`() throws {
        for death in Self.deaths {
            let bytes = Array(death.said.utf8)
            let origin = try RecordingOrigin { request in
                guard request.path == "/die" else { return .ok("alive") }
                var reply = OriginReply(pieces: [bytes], closes: true)
                reply.resets = death.resets
                return reply
            }
            defer { origin.close() }
            let worker = try WorkerUnderTest(servers: [origin.port])
            let client = try worker.client()
            client.send("POST /die HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
            var response = client.response()
            while let interim = response, interim.status == 100 { response = client.response() }
            // A reset may overtake what was said before it, and then the proxy knows of nothing.
            #expect(response == nil || response?.status == 502, "\(death)")
            if let status = death.status { #expect(response?.status == status, "\(death)") }
            if response == nil { #expect(client.hasEnded, "\(death)") }
            #expect(try worker.client().get("/next") == "alive")
            #expect(
                worker.eventually {
                    worker.plane.counters(of: worker.slots[0]).currentSessions == 0
                }
            )
        }
    }

    @Test func `a server may die while a request is being sent`() throws {
        let origin = try ByteOrigin { all, _ in
            var answer = ByteOrigin.Answer()
            answer.resets = all.utf8.count > 1000
            return answer
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5000000\r\n\r\n")
        client.send([UInt8](repeating: 120, count: 2_000_000))
        #expect(client.response()?.status == 502)
        #expect(
            client.eventually { worker.plane.counters(of: worker.slots[0]).currentSessions == 0 }
        )
    }

    @Test func `slow headers and bodies end at their timeouts, others are served meanwhile`() throws
    {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { frontend, _ in
            frontend.timeouts.httpRequest = 300
            frontend.timeouts.client = 300
        }
        let slow = try (0..<200).map { _ in try worker.client() }
        for client in slow { client.send("GET / HTTP/1.1\r\nHo") }
        let body = try worker.client()
        body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nx")
        #expect(try worker.client().get("/") == "ok")
        let start = MonotonicClock.milliseconds
        // One more byte now and then does not move the deadline of a header.
        for client in slow.prefix(20) { client.send("s") }
        for client in slow { #expect(client.response()?.status == 408) }
        #expect(body.response()?.status == 408)
        #expect(MonotonicClock.milliseconds - start < 4000)
        #expect(origin.requests.count == 1)
    }

    @Test func `a client that does not read is given up, and memory stays bounded`() throws {
        let big = String(repeating: "x", count: 8_000_000)
        let origin = try RecordingOrigin { request in
            .ok(request.path == "/big" ? big : "ok")
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { frontend, _ in
            frontend.timeouts.client = 200
        }
        let client = try worker.client()
        client.send("GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(
            worker.eventually {
                worker.plane.counters(of: worker.slots[0]).totalSessions == 1
                    && worker.plane.counters(of: worker.slots[0]).currentSessions == 0
            }
        )
        #expect(try worker.client().get("/") == "ok")
    }

    /// One more than the highest of so many descriptors that are free now: other tests' may lie anywhere between.
    private static func tableEnd(leavingFree count: Int) -> Int {
        let held = (0..<count).map { _ in Mailbox() }
        return Int(held.map { $0.wakeup.descriptor.number }.max() ?? 0) + 1
    }

    @Test func `without descriptors left clients are turned away, later ones are served`() throws {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let capacity = Self.tableEnd(leavingFree: 24)
        let worker = try WorkerUnderTest(servers: [origin.port], capacity: capacity) { _, backend in
            backend.retries = 0
        }
        var clients = try (0..<40).map { _ in try worker.client() }
        var served = 0
        for client in clients {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            if let status = client.response()?.status { served += status == 200 ? 1 : 0 }
        }
        #expect(served < 40)
        clients = []
        #expect(
            worker.eventually { worker.plane.counters(ofFrontend: 0).currentSessions == 0 }
        )
        #expect(try worker.client().get("/") == "ok")
    }

    @Test func `ten thousand idle connections are held and others served`() throws {
        let limit = SystemThread.raiseDescriptorLimit()
        // Both ends are in this process.
        let count = min(10_000, (limit - 2000) / 2)
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        var idle: [Descriptor] = []
        defer { for descriptor in idle { descriptor.close() } }
        while idle.count < count {
            let address = SocketAddress(ipv4: 0x7f00_0001, port: worker.port)
            guard case .success(let descriptor, _) = Descriptor.connect(to: address) else { break }
            idle.append(descriptor)
            // The listener's queue is not to overflow.
            if idle.count % 1000 == 0 {
                let opened = idle.count
                #expect(
                    worker.eventually {
                        worker.plane.counters(ofFrontend: 0).currentSessions >= opened - 100
                    }
                )
            }
        }
        #expect(idle.count == count)
        #expect(try worker.client().get("/") == "ok")
        #expect(
            worker.eventually {
                worker.plane.counters(ofFrontend: 0).currentSessions >= count
            }
        )
        for descriptor in idle { descriptor.close() }
        idle = []
        #expect(worker.eventually { worker.plane.counters(ofFrontend: 0).currentSessions == 0 })
        #expect(try worker.client().get("/") == "ok")
    }
}
