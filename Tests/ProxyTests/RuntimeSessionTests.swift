import Model
import RuntimeAPI
import Testing

@testable import Proxy

@Suite(.serialized) struct RuntimeSessionTests {
    private static func configuration(_ port: UInt16) -> String {
        """
        global
            nbthread 2
            stats socket SOCKET level admin
        defaults
            mode http
            timeout connect 2s
            timeout client 60s
            timeout server 60s
        frontend web
            bind 127.0.0.1:1
            default_backend app
        backend app
            server s1 127.0.0.1:\(port)
        backend spare
            server s2 127.0.0.1:\(port)
        """
    }

    private func lines(_ proxy: ProxyUnderTest, _ command: String) throws -> [String] {
        try proxy.command(command).split(separator: "\n").map(String.init)
    }

    /// Waits until so many sessions are told of.
    private func settled(_ count: Int, _ client: TestClient, _ proxy: ProxyUnderTest) -> [String] {
        var found: [String] = []
        _ = client.eventually {
            found = (try? lines(proxy, "show sess")) ?? []
            return found.count == count
        }
        return found
    }

    @Test func `what is in progress is told of, and one session can be ended`() throws {
        let origin = try RecordingOrigin { _ in .silence }
        defer { origin.close() }
        let proxy = try ProxyUnderTest(Self.configuration(origin.port), name: "sess")
        defer { proxy.end() }
        let idle = try TestClient(port: proxy.port)
        idle.send("GET / HT")
        let clients = try (0..<3).map { _ in try TestClient(port: proxy.port) }
        for client in clients { client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n") }
        let sessions = settled(3, clients[0], proxy)
        try #require(sessions.count == 3)
        #expect(sessions.allSatisfy { $0.contains(" fe=web be=app srv=s1 ") })
        #expect(sessions.allSatisfy { $0.hasPrefix("0x") && $0.contains(": proto=tcpv4 src=127.") })
        #expect(try lines(proxy, "show sess backend app").count == 3)
        #expect(try lines(proxy, "show sess backend spare").isEmpty)
        #expect(try lines(proxy, "show sess server app/s1").count == 3)
        #expect(try lines(proxy, "show sess older 1h").isEmpty)
        #expect(try lines(proxy, "show sess susp").isEmpty)
        let id = String(sessions[1].prefix { $0 != ":" })
        let all = try proxy.command("show sess \(id)")
        #expect(all.contains("frontend=web (id=2 mode=http), addr=127.0.0.1:\(proxy.port)\n"))
        #expect(all.contains("server=s1 (id=1) addr=127.0.0.1:\(origin.port)\n"))
        #expect(all.contains("txn meth=GET status=-1\n"))
        #expect(try proxy.command("shutdown session \(id)") == "")
        #expect(try proxy.command("shutdown session \(id)") == Self.unknown)
        #expect(try proxy.command("show sess \(id)") == "Session not found.")
        #expect(settled(2, clients[0], proxy).allSatisfy { !$0.hasPrefix(id) })
    }

    private static let unknown = "No such session (use 'show sess')."

    @Test func `many sessions are told of once each, however slowly they are read`() throws {
        let origin = try RecordingOrigin { _ in .silence }
        defer { origin.close() }
        let proxy = try ProxyUnderTest(Self.configuration(origin.port), name: "sess-many")
        defer { proxy.end() }
        let count = SessionCensus.partSize * 2 + 60
        let clients = try (0..<count).map { _ in try TestClient(port: proxy.port) }
        for client in clients { client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n") }
        let sessions = settled(count, clients[0], proxy)
        #expect(sessions.count == count)
        #expect(Set(sessions.map { $0.prefix { $0 != ":" } }).count == count)
        // Several commands on a line keep their order.
        let answers = try proxy.command("show version;show sess;show version")
        #expect(answers.split(separator: "\n").count == count + 2)
    }

    @Test func `a session of the operator may look, and end nothing`() throws {
        let fixture = try RuntimeFixture(RuntimeFixture.web)
        #expect(fixture.run("show sess", level: .operator) == "")
        #expect(fixture.run("show sess", level: .user) == "[3] Permission denied")
        #expect(fixture.run("shutdown session 0x1", level: .operator) == "[3] Permission denied")
        #expect(fixture.run("shutdown session 0x1") == "[3] \(Self.unknown)")
        #expect(fixture.run("show sess 0x1") == "Session not found.")
        #expect(fixture.run("show sess backend none") == "[3] No such backend.")
        #expect(fixture.run("show sess frontend none") == "[3] No such frontend.")
        #expect(fixture.run("show sess server web/none") == "[3] No such server.")
        #expect(fixture.run("show sess help").hasPrefix("[6] Usage: show sess "))
    }
}
