@testable import Proxy

/// Real workers on threads, one unless told otherwise, with a frontend on a free port and one backend.
final class WorkerUnderTest {
    let plane: WorkerPlane
    let port: UInt16
    /// The slots of the servers, in order.
    private(set) var slots: [UInt32] = []
    private var thread = ThreadGroup()
    private var snapshot = RoutingSnapshot()
    private var hasEnded = false

    /// Lets `change` adjust frontend and backend before the start.
    ///
    /// - Throws: `SocketError` when no port is free.
    init(
        servers ports: [UInt16],
        maxconn: Int = 0,
        workers: Int = 1,
        acceptsProxy: Bool = false,
        capacity: Int = 32_768,
        change: (inout FrontendSnapshot, inout BackendSnapshot) -> Void = { _, _ in },
        server changeServer: (Int, inout ServerSnapshot) -> Void = { _, _ in }
    ) throws {
        plane = WorkerPlane(
            workers: workers,
            frontends: 1,
            backends: 1,
            limits: ConnectionLimits(process: 0, frontends: [maxconn], workers: workers)
        )
        let listener = try SocketListener.listen(on: SocketAddress(ipv4: 0x7f00_0001, port: 0))
        let address = listener.address
        port = address.port
        var descriptors = [listener.release()]
        for _ in 1..<workers {
            descriptors.append(try SocketListener.listen(on: address).release())
        }
        var frontend = FrontendSnapshot()
        frontend.defaultBackend = 0
        var backend = BackendSnapshot()
        backend.exists = true
        backend.generation = 1
        backend.timeouts.connect = 2000
        slots = ports.map { [plane] _ in plane.allocateSlot() }
        backend.servers = .make(
            zip(ports, slots).enumerated().map { index, pair in
                var server = ServerSnapshot()
                server.slot = pair.1
                server.address = SocketAddress(ipv4: 0x7f00_0001, port: pair.0)
                changeServer(index, &server)
                return server
            }
        )
        change(&frontend, &backend)
        snapshot.frontends = .make([frontend])
        snapshot.backends = .make([backend])
        plane.publish(snapshot, retiring: [])
        for (number, descriptor) in descriptors.enumerated() {
            let share = plane.share(ofWorker: number)
            thread.start {
                var worker = Worker(number: number, plane: share, capacity: capacity, seed: 1)
                worker.listen(descriptor, frontend: 0, acceptsProxy: acceptsProxy)
                worker.run()
            }
        }
    }

    deinit { stop() }

    /// Publishes changed servers.
    func replaceServers(_ change: ([ServerSnapshot]) -> [ServerSnapshot]) {
        var backend = snapshot.backends[0]
        backend.generation += 1
        backend.servers = .make(
            change(backend.servers.indices.map { [backend] in backend.servers[$0] })
        )
        snapshot.backends = .make([backend])
        plane.publish(snapshot, retiring: [])
    }

    func client() throws -> TestClient { try TestClient(port: port) }

    /// Ends the worker and waits for it.
    func stop(draining: Bool = false) {
        guard !hasEnded else { return }
        hasEnded = true
        for mailbox in plane.mailboxes { mailbox.post(draining ? .drain : .stop) }
        thread.join()
    }

    /// Waits until a condition holds, at most five seconds.
    func eventually(_ condition: () -> Bool) -> Bool {
        let deadline = MonotonicClock.milliseconds + 5000
        var epoll = EpollLoop()
        while !condition() {
            guard MonotonicClock.milliseconds < deadline else { return false }
            _ = epoll.wait(milliseconds: 2)
        }
        return true
    }
}
