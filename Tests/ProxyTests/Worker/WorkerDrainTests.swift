import Synchronization
import Testing

@testable import Proxy

/// Which connections have been seen.
final class Seen: Sendable {
    private let numbers = Mutex<Set<Int>>([])

    func isFirst(on number: Int) -> Bool { numbers.withLock { $0.insert(number).inserted } }
}

@Suite(.serialized) struct WorkerDrainTests {
    @Test func `a server that leaves the snapshot gets no new request and is unused once purged`()
        throws
    {
        let first = try RecordingOrigin { _ in .ok("1") }
        let second = try RecordingOrigin { _ in .ok("2") }
        defer {
            first.close()
            second.close()
        }
        let worker = try WorkerUnderTest(servers: [first.port, second.port])
        let client = try worker.client()
        for _ in 0..<10 { _ = client.get("/") }
        worker.replaceServers { Array($0.dropFirst()) }
        #expect(worker.eventually { client.get("/") == "2" })
        for _ in 0..<10 { #expect(client.get("/") == "2") }
        let slot = worker.slots[0]
        #expect(worker.plane.counters(of: slot).idleConnections == 1)
        worker.plane.purgeIdleConnections(of: slot)
        #expect(worker.eventually { worker.plane.isUnused(slot) })
    }

    @Test func `a connection that comes back after the purge does not keep its server`() throws {
        let gate = Gate()
        let origin = try RecordingOrigin { _ in
            gate.wait()
            return .ok()
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(worker.eventually { !origin.requests.isEmpty })
        worker.replaceServers { _ in [] }
        worker.plane.purgeIdleConnections(of: worker.slots[0])
        gate.open()
        #expect(client.response()?.status == 200)
        #expect(worker.eventually { worker.plane.isUnused(worker.slots[0]) })
    }

    @Test func `a request in progress on a removed server finishes`() throws {
        let gate = Gate()
        let origin = try RecordingOrigin { request in
            if request.path == "/slow" { gate.wait() }
            return .ok(request.path)
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(worker.eventually { !origin.requests.isEmpty })
        worker.replaceServers { _ in [] }
        #expect(!worker.plane.isUnused(worker.slots[0]))
        gate.open()
        #expect(client.response().map { String(decoding: $0.body, as: UTF8.self) } == "/slow")
    }

    @Test func `shutdown sessions ends what is in progress`() throws {
        let origin = try RecordingOrigin { _ in .silence }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(worker.eventually { !origin.requests.isEmpty })
        worker.plane.shutdownSessions(of: worker.slots[0])
        #expect(client.closes())
        #expect(worker.eventually { worker.plane.isUnused(worker.slots[0]) })
    }

    @Test func `a draining worker finishes its requests and ends`() throws {
        let gate = Gate()
        let origin = try RecordingOrigin { _ in
            gate.wait()
            return .ok()
        }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port])
        let client = try worker.client()
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(worker.eventually { !origin.requests.isEmpty })
        worker.plane.mailboxes[0].post(.drain)
        gate.open()
        let response = try #require(client.response())
        #expect(response.status == 200)
        #expect(response.head.contains("connection: close"))
        worker.stop(draining: true)
    }

    @Test func `more requests than maxconn wait for their turn`() throws {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { _, backend in
            var server = backend.servers[0]
            server.maxconn = 1
            backend.servers = .make([server])
            backend.timeouts.queue = 5000
            backend.options.reuse = .always
        }
        let clients = try (0..<10).map { _ in try worker.client() }
        for _ in 0..<5 {
            for client in clients { client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
            for client in clients { #expect(client.response()?.status == 200) }
        }
        #expect(worker.plane.counters(of: worker.slots[0]).maxSessions == 1)
        #expect(origin.connectionCount == 1)
    }

    @Test func `more clients than maxconn wait until others leave`() throws {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port], maxconn: 2)
        var clients = try (0..<3).map { _ in try worker.client() }
        #expect(clients[0].get("/") == "ok")
        #expect(clients[1].get("/") == "ok")
        clients[2].send("GET /last HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(worker.plane.counters(ofFrontend: 0).currentSessions == 2)
        clients.removeFirst()
        #expect(clients[1].response()?.status == 200)
        #expect(worker.plane.counters(ofFrontend: 0).maxSessions == 2)
    }

    @Test func `a request that waits too long in the queue is answered 503`() throws {
        let origin = try RecordingOrigin { _ in .silence }
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { _, backend in
            var server = backend.servers[0]
            server.maxconn = 1
            backend.servers = .make([server])
            backend.timeouts.queue = 50
        }
        let first = try worker.client()
        first.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(worker.eventually { !origin.requests.isEmpty })
        let second = try worker.client()
        second.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(second.response()?.status == 503)
    }
}

/// Holds an origin back until it is opened.
final class Gate: Sendable {
    private let isOpen = Atomic<Bool>(false)
    private let wakeup = Wakeup()

    func open() {
        isOpen.store(true, ordering: .releasing)
        wakeup.signal()
    }

    /// Waits at most five seconds.
    func wait() {
        var epoll = EpollLoop()
        epoll.watchLevel(wakeup.descriptor, token: 0)
        if !isOpen.load(ordering: .acquiring) { _ = epoll.wait(milliseconds: 5000) }
    }
}
