import Testing

@testable import Proxy

@Suite(.serialized) struct WorkerQueueTests {
    @Test func `no more requests than maxconn are at the server, over all workers`() throws {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port], workers: 3) { _, backend in
            backend.options.reuse = .always
        } server: { _, server in
            server.maxconn = 2
        }
        let slot = worker.slots[0]
        let clients = try (0..<60).map { _ in try worker.client() }
        var most = 0
        for round in 0..<5 {
            for client in clients { client.send("GET /\(round) HTTP/1.1\r\nHost: a\r\n\r\n") }
            for client in clients {
                most = max(most, worker.plane.arena.sessions(of: slot))
                #expect(client.response()?.status == 200)
            }
        }
        #expect(most <= 2)
        #expect(worker.eventually { worker.plane.gates.servers.taken(Int(slot)) == 0 })
        #expect(worker.plane.counters(of: slot).totalSessions == 300)
        #expect(worker.plane.arena.sum(.queued, of: slot) == 0)
        #expect(worker.plane.totals.queued(ofBackend: 0) == 0)
    }

    @Test func `a place that one worker gives back serves a request of another`() throws {
        let origin = try RecordingOrigin { request in
            request.path == "/slow" ? .silence : .ok(request.path)
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(
            servers: [origin.port],
            workers: 2,
            server: { _, server in
                server.maxconn = 1
            }
        )
        let slow = try worker.client()
        slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(slow.eventually { origin.requests.count == 1 })
        let clients = try (0..<16).map { _ in try worker.client() }
        for client in clients { client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n") }
        #expect(slow.eventually { worker.plane.totals.queued(ofBackend: 0) == 16 })
        #expect(origin.requests.count == 1)
        // Gone without an answer, the slow one gives its place to all the others in turn.
        worker.plane.shutdownSessions(of: worker.slots[0])
        for client in clients { #expect(client.response()?.status == 200) }
        #expect(worker.eventually { worker.plane.gates.servers.taken(Int(worker.slots[0])) == 0 })
    }

    @Test func `a request that waits too long gets 503`() throws {
        let origin = try RecordingOrigin { _ in .silence }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { _, backend in
            backend.timeouts.queue = 50
        } server: { _, server in
            server.maxconn = 1
        }
        let first = try worker.client()
        first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(first.eventually { origin.requests.count == 1 })
        let second = try worker.client()
        second.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(second.response()?.status == 503)
        #expect(worker.plane.totals.queued(ofBackend: 0) == 0)
        #expect(worker.plane.gates.backends.waiters(0) == 0)
    }

    @Test func `with abortonclose a client that hangs up leaves the queue`() throws {
        let origin = try RecordingOrigin { _ in .silence }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { _, backend in
            backend.options.abortsOnClose = true
        } server: { _, server in
            server.maxconn = 1
        }
        let first = try worker.client()
        first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(first.eventually { origin.requests.count == 1 })
        let second = try worker.client()
        second.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(first.eventually { worker.plane.totals.queued(ofBackend: 0) == 1 })
        second.endSending()
        #expect(first.eventually { worker.plane.totals.queued(ofBackend: 0) == 0 })
        // And one that is being served gives its server up.
        first.endSending()
        #expect(
            first.eventually { worker.plane.counters(of: worker.slots[0]).currentSessions == 0 }
        )
    }

    @Test func `a server that gets a greater limit serves those that wait`() throws {
        let origin = try RecordingOrigin { request in
            request.path == "/slow" ? .silence : .ok()
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(
            servers: [origin.port],
            server: { _, server in
                server.maxconn = 1
            }
        )
        let slow = try worker.client()
        slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(slow.eventually { origin.requests.count == 1 })
        let client = try worker.client()
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(slow.eventually { worker.plane.totals.queued(ofBackend: 0) == 1 })
        worker.replaceServers { servers in
            var servers = servers
            servers[0].maxconn = 2
            return servers
        }
        #expect(client.response()?.status == 200)
    }

    @Test func `under little load a server has minconn places`() throws {
        let origin = try RecordingOrigin { _ in .silence }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { _, backend in
            backend.options.fullconn = 20
        } server: { _, server in
            server.maxconn = 10
            server.options.minconn = 2
        }
        let clients = try (0..<12).map { _ in try worker.client() }
        for (index, client) in clients.enumerated() {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            // 2 at least, then half of the sessions.
            let sessions = index + 1
            let expected = min(sessions, max(2, sessions * 10 / 20))
            #expect(client.eventually { origin.requests.count == expected })
        }
    }
}
