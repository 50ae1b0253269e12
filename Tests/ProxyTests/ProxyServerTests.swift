import Model
import Synchronization
import Testing

@testable import Proxy

/// A whole proxy from a configuration text, on threads of this process.
final class ProxyUnderTest: Sendable {
    private struct Started: Sendable {
        var addresses: [[SocketAddress]]?
        var failure: String?
    }

    let stop = StopSwitch(catchesSignals: false)
    let path: String
    private let started = Mutex(Started())
    private let thread = Mutex(ThreadGroup())

    /// Starts with `text`, in which `SOCKET` stands for the path of the Runtime API's socket.
    ///
    /// - Throws: What the configuration or a socket is refused for.
    init(
        _ text: String,
        name: String,
        listing: @escaping (String) -> [String]? = { _ in nil },
        reading: (String) -> String? = { _ in nil }
    ) throws {
        path = "/tmp/apus-\(SystemProcess.id)-\(name).sock"
        let text = text.replacing("SOCKET", with: path)
        let (configuration, diagnostics) = ConfigParser.parse(
            files: [("test.cfg", text)],
            environment: [:],
            listing: listing,
            reading: reading
        )
        guard var configuration else { throw Refused(reasons: diagnostics.map(\.description)) }
        // A port the kernel chooses, which a configuration file cannot ask for.
        if case .ipv4(let address, port: 1) = configuration.frontends[0].binds[0].endpoint {
            configuration.frontends[0].binds[0].endpoint = .ipv4(address, port: 0)
        }
        let chosen = configuration
        thread.withLock { $0.start { self.serve(chosen) } }
        let deadline = MonotonicClock.milliseconds + 5000
        var epoll = EpollLoop()
        while started.withLock({ $0.addresses == nil && $0.failure == nil }) {
            guard MonotonicClock.milliseconds < deadline else { break }
            _ = epoll.wait(milliseconds: 2)
        }
        if let failure = started.withLock({ $0.failure }) { throw Refused(reasons: [failure]) }
    }

    struct Refused: Error { let reasons: [String] }

    private func serve(_ configuration: ProxyConfiguration) {
        let server = ProxyServer(configuration: configuration, pid: 1, startTime: 0, stop: stop)
        do throws(ProxyServer.StartError) {
            try server.run { server in
                let addresses = server.addresses
                self.started.withLock { $0.addresses = addresses }
            }
        } catch {
            let text = error.description
            started.withLock { $0.failure = text }
        }
    }

    var port: UInt16 { started.withLock { $0.addresses?.first?.first?.port ?? 0 } }

    func end(_ request: StopRequest = .stop) {
        stop.ask(for: request)
        thread.withLock { $0.join() }
        SystemProcess.remove(path)
    }

    func session() throws -> TestClient { try TestClient(path: path) }

    /// The answer to one command without its last empty line.
    func command(_ text: String) throws -> String {
        let client = try session()
        client.send(text + "\n")
        return client.remainder().trimmed
    }
}

extension String {
    var trimmed: String { String(self[...].reversed().drop { $0 == "\n" }.reversed()) }
}

@Suite(.serialized) struct ProxyServerTests {
    private static func configuration(_ ports: [UInt16], server: String = "") -> String {
        """
        global
            nbthread 2
            stats socket SOCKET level admin
        defaults
            mode http
            timeout connect 2s
            timeout client 10s
            timeout server 10s
        frontend web
            bind 127.0.0.1:1
            default_backend app
        backend app
            balance roundrobin
        \(ports.enumerated().map { "    server s\($0 + 1) 127.0.0.1:\($1) \(server)" }.joined(separator: "\n"))

        """
    }

    @Test func `200 sessions at once are all answered`() throws {
        let proxy = try ProxyUnderTest(Self.configuration([1]), name: "many")
        defer { proxy.end() }
        let clients = try (0..<200).map { _ in try proxy.session() }
        for client in clients { client.send("show version\n") }
        for client in clients { #expect(!client.remainder().isEmpty) }
    }

    @Test func `a server that is added takes requests, one that is removed loses none`() throws {
        let first = try RecordingOrigin { _ in .ok("1") }
        let second = try RecordingOrigin { _ in .ok("2") }
        defer {
            first.close()
            second.close()
        }
        let proxy = try ProxyUnderTest(Self.configuration([first.port]), name: "add")
        defer { proxy.end() }
        let load = Load(port: proxy.port)
        defer { load.end() }
        #expect(
            try proxy.command("add server app/new 127.0.0.1:\(second.port)")
                == "New server registered."
        )
        #expect(try proxy.command("enable server app/new") == "")
        #expect(load.eventually { second.requests.count > 20 })
        #expect(try proxy.command("set server app/s1 state maint") == "")
        #expect(try proxy.command("wait 5s srv-removable app/s1") == "Done.")
        #expect(try proxy.command("del server app/s1") == "Server deleted.")
        let (before, served) = (first.requests.count, load.served)
        #expect(load.eventually { load.served > served + 50 })
        #expect(first.requests.count == before)
        load.end()
        #expect(load.failed == 0)
        #expect(load.served > 50)
    }

    @Test func `pipelined commands are answered in order`() throws {
        let proxy = try ProxyUnderTest(Self.configuration([1]), name: "pipe")
        defer { proxy.end() }
        let client = try proxy.session()
        let commands = (0..<500).map { "add server app/n\($0) 127.0.0.1:\(2000 + $0)" }
        client.send(
            "prompt i\n" + commands.joined(separator: "\n") + "\nshow servers state app\nquit\n"
        )
        let text = client.remainder()
        #expect(text.split(separator: "\n").filter { $0 == "New server registered." }.count == 500)
        #expect(text.contains(" n499 127.0.0.1 "))
    }

    @Test func `a large table reaches a slow reader whole`() throws {
        let proxy = try ProxyUnderTest(Self.configuration([1]), name: "large")
        defer { proxy.end() }
        let commands = (0..<3000).map {
            "add server app/server-number-\($0) 127.0.0.1:\(2000 + $0)"
        }
        let writer = try proxy.session()
        writer.send("prompt i\n" + commands.joined(separator: "\n") + "\nquit\n")
        _ = writer.remainder()
        let reader = try proxy.session()
        reader.send("show servers state\n")
        #expect(reader.receive(atLeast: 1000))
        let lines = reader.remainder().split(separator: "\n")
        #expect(lines.count == 3003)
    }

    @Test func `checks take a dead server out and bring it back`() throws {
        let dead = try RecordingOrigin()
        let port = dead.port
        dead.close()
        let alive = try RecordingOrigin { _ in .ok("alive") }
        defer { alive.close() }
        let text = Self.configuration([port, alive.port], server: "check inter 20ms fall 2 rise 2")
        let proxy = try ProxyUnderTest(text, name: "check")
        defer { proxy.end() }
        let load = Load(port: proxy.port)
        defer { load.end() }
        #expect(
            load.eventually {
                (try? proxy.command("show servers state app").contains(" s1 127.0.0.1 0 ")) == true
            }
        )
        #expect(
            try proxy.command("set server app/s1 addr 127.0.0.1 port \(alive.port)").isEmpty
                == false
        )
        #expect(
            load.eventually {
                (try? proxy.command("show servers state app").contains(" s1 127.0.0.1 2 ")) == true
            }
        )
        load.end()
        #expect(load.failed == 0)
    }

    @Test func `a drained proxy finishes what it has`() throws {
        let gate = Gate()
        let origin = try RecordingOrigin { _ in
            gate.wait()
            return .ok()
        }
        defer { origin.close() }
        let proxy = try ProxyUnderTest(Self.configuration([origin.port]), name: "drain")
        let client = try TestClient(port: proxy.port)
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.eventually { !origin.requests.isEmpty })
        proxy.stop.ask(for: .drain)
        gate.open()
        #expect(client.response()?.status == 200)
        #expect(client.closes())
        proxy.end(.drain)
    }

    @Test func `an address that is taken is reported with its frontend`() throws {
        let text = Self.configuration([1]).replacing("bind 127.0.0.1:1", with: "bind 192.0.2.1:80")
        let error = #expect(throws: ProxyUnderTest.Refused.self) {
            try ProxyUnderTest(text, name: "taken")
        }
        #expect(
            error?.reasons.first?.hasPrefix("Starting frontend web: cannot bind 192.0.2.1:80: ")
                == true
        )
    }
}

/// Requests one after the other over two connections, on a thread, until it is ended.
final class Load: Sendable {
    private struct Counts {
        var served = 0
        var failed = 0
    }

    private let counts = Mutex(Counts())
    private let isEnded = Atomic<Bool>(false)
    private let thread = Mutex(ThreadGroup())

    var served: Int { counts.withLock { $0.served } }
    var failed: Int { counts.withLock { $0.failed } }

    init(port: UInt16) {
        thread.withLock { $0.start { self.run(port) } }
    }

    private func run(_ port: UInt16) {
        guard let first = try? TestClient(port: port), let second = try? TestClient(port: port)
        else { return }
        while !isEnded.load(ordering: .relaxed) {
            for client in [first, second] {
                let isServed = client.get("/") != nil
                counts.withLock { counts in
                    if isServed { counts.served += 1 } else { counts.failed += 1 }
                }
            }
        }
    }

    func end() {
        isEnded.store(true, ordering: .relaxed)
        thread.withLock { $0.join() }
    }

    /// Waits until a condition holds, at most five seconds.
    func eventually(_ condition: () -> Bool) -> Bool {
        let deadline = MonotonicClock.milliseconds + 5000
        var epoll = EpollLoop()
        while !condition() {
            guard MonotonicClock.milliseconds < deadline else { return false }
            _ = epoll.wait(milliseconds: 5)
        }
        return true
    }
}
