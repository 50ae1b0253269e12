import Testing

@testable import Proxy

@Suite(.serialized) struct WorkerReuseTests {
    /// Connections the origin saw after two clients sent two requests each, one client after the other.
    private func connections(_ reuse: ForwardingOptions.Reuse) throws -> [Int] {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { _, backend in
            backend.options.reuse = reuse
        }
        for _ in 0..<2 {
            let client = try worker.client()
            #expect(client.get("/") == "ok")
            #expect(client.get("/") == "ok")
        }
        return origin.requests.map(\.connection)
    }

    @Test func `never keeps a connection to its client`() throws {
        #expect(try connections(.never) == [1, 1, 2, 2])
    }

    @Test func `safe gives the first request of a client its own`() throws {
        // The idle list hands out the newest first.
        #expect(try connections(.safe) == [1, 1, 2, 2])
    }

    @Test func `aggressive lets a first request use a proven one`() throws {
        #expect(try connections(.aggressive) == [1, 1, 1, 1])
    }

    @Test func `always lets it use any`() throws {
        #expect(try connections(.always) == [1, 1, 1, 1])
    }

    @Test func `http-server-close makes one connection a request`() throws {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { frontend, _ in
            frontend.options.closesServer = true
        }
        let client = try worker.client()
        for _ in 0..<3 { #expect(client.get("/") == "ok") }
        #expect(origin.connectionCount == 3)
        #expect(origin.requests.allSatisfy { $0.field("connection") == ["close"] })
    }

    @Test func `httpclose closes both sides`() throws {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { _, backend in
            backend.options.closesClient = true
        }
        let client = try worker.client()
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.response()?.head.contains("connection: close") == true)
        #expect(client.closes())
        #expect(origin.requests[0].field("connection") == ["close"])
    }

    @Test func `with http-pretend-keepalive servers are not told`() throws {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { frontend, backend in
            frontend.options.closesServer = true
            backend.options.pretendsKeepAlive = true
        }
        let client = try worker.client()
        for _ in 0..<2 { #expect(client.get("/") == "ok") }
        #expect(origin.connectionCount == 2)
        #expect(origin.requests.allSatisfy { $0.field("connection").isEmpty })
    }

    @Test func `pool-max-conn bounds what is kept`() throws {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(
            servers: [origin.port],
            server: { _, server in
                server.options.poolMaxConn = 0
            }
        )
        let client = try worker.client()
        for _ in 0..<3 { #expect(client.get("/") == "ok") }
        #expect(origin.connectionCount == 3)
        #expect(worker.plane.counters(of: worker.slots[0]).idleConnections == 0)
    }

    @Test func `idle connections are purged after their delay`() throws {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(
            servers: [origin.port],
            server: { _, server in
                server.options.poolPurgeDelay = 20
            }
        )
        let clients = try (0..<4).map { _ in try worker.client() }
        for client in clients { #expect(client.get("/") == "ok") }
        #expect(
            worker.eventually { worker.plane.counters(of: worker.slots[0]).idleConnections == 0 }
        )
    }

    @Test func `purging a slot closes private connections too`() throws {
        let origin = try RecordingOrigin()
        defer { origin.close() }
        let worker = try WorkerUnderTest(servers: [origin.port]) { _, backend in
            backend.options.reuse = .never
        }
        let client = try worker.client()
        #expect(client.get("/") == "ok")
        #expect(
            worker.eventually { worker.plane.counters(of: worker.slots[0]).idleConnections == 1 }
        )
        worker.plane.purgeIdleConnections(of: worker.slots[0])
        #expect(
            worker.eventually { worker.plane.counters(of: worker.slots[0]).idleConnections == 0 }
        )
        #expect(client.get("/") == "ok")
        #expect(origin.connectionCount == 2)
    }
}
