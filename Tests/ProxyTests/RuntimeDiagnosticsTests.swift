import Model
import Testing

@testable import Proxy

/// `show activity`, `show fd`, `show pools` and `show events` of a running proxy.
@Suite(.serialized) struct RuntimeDiagnosticsTests {
    private func proxy(_ name: String, server port: UInt16 = 1) throws -> ProxyUnderTest {
        try ProxyUnderTest(
            """
            global
             stats socket SOCKET level admin
             nbthread 2
            ring r1
             description "My ring"
             format rfc3164
             maxlen 100
             size 4096
            defaults
             mode http
             timeout connect 2s
             timeout client 60s
             timeout server 60s
             option httplog
             log ring@r1 format raw local0
            frontend web
             bind 127.0.0.1:1
             http-request return status 200 if { path /here }
             default_backend app
            backend app
             server s1 127.0.0.1:\(port)
            """,
            name: name
        )
    }

    private func lines(_ proxy: ProxyUnderTest, _ command: String) throws -> [String] {
        try proxy.command(command).split(separator: "\n").map(String.init)
    }

    private func get(_ path: String, from proxy: ProxyUnderTest) throws {
        let client = try TestClient(port: proxy.port)
        client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.response()?.status == 200)
    }

    @Test func `what each thread did is told side by side, added up, or of one alone`() throws {
        let proxy = try proxy("activity")
        defer { proxy.end() }
        for _ in 0..<3 { try get("/here", from: proxy) }
        let all = try lines(proxy, "show activity")
        #expect(all[0] == "thread_id: 1 (1..2)")
        let accepted = try #require(all.first { $0.hasPrefix("accepted: ") })
        #expect(accepted.hasPrefix("accepted: 3 [ ") && accepted.hasSuffix(" ]"))
        #expect(try lines(proxy, "show activity 0").contains("accepted: 3"))
        let each = try (1...2).map { number in
            let line = try lines(proxy, "show activity \(number)").first {
                $0.hasPrefix("accepted")
            }
            return line.flatMap { Int($0.dropFirst("accepted: ".count)) } ?? -1
        }
        #expect(each.reduce(0, +) == 3)
        #expect(
            try proxy.command("show activity 3")
                == "Thread ID number must be between -1 and nbthread"
        )
    }

    @Test func `open descriptors are told of with what they are for`() throws {
        let origin = try RecordingOrigin { _ in .silence }
        defer { origin.close() }
        let proxy = try proxy("fd", server: origin.port)
        defer { proxy.end() }
        let client = try TestClient(port: proxy.port)
        client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
        var busy: [String] = []
        let isThere = client.eventually {
            busy = (try? lines(proxy, "show fd !c")) ?? []
            return busy.count == 2 && busy.contains { $0.contains("srv=app/s1") }
        }
        #expect(isThere, "\(busy)")
        #expect(
            busy.contains { $0.contains("type=client") && $0.contains("fe=web be=app srv=app/s1") }
        )
        let listeners = try lines(proxy, "show fd !l")
        #expect(listeners.count == 2)
        #expect(
            listeners.allSatisfy { $0.contains(" : type=listener tid=") && $0.hasSuffix(" fe=web") }
        )
        let number = try #require(listeners[0].split(separator: " ").first)
        #expect(try lines(proxy, "show fd \(number)").contains(listeners[0]))
        #expect(try lines(proxy, "show fd 999999").isEmpty)
    }

    @Test func `buffers are told of by size`() throws {
        let proxy = try proxy("pools")
        defer { proxy.end() }
        try get("/here", from: proxy)
        let lines = try lines(proxy, "show pools bysize")
        #expect(lines.first == "Dumping pools usage.")
        #expect(lines.last?.hasPrefix("Total: \(lines.count - 2) pools, ") == true)
        #expect(lines.dropFirst().dropLast().allSatisfy { $0.hasPrefix("  - Pool buffer_") })
        let none = try proxy.command("show pools match none 1")
        #expect(
            none.hasPrefix("Dumping pools usage (limited to the first 1 entries).\nTotal: 0 pools")
        )
    }

    @Test func `a ring keeps log lines in its own form, and they can be followed`() throws {
        let proxy = try proxy("events")
        defer { proxy.end() }
        try get("/here", from: proxy)
        let list = try proxy.command("show events")
        #expect(list.contains("\n    r1         : type=buffer, 0 dropped, My ring"))
        let follower = try proxy.session()
        follower.send("show events r1 -w\n")
        #expect(follower.receives { $0.contains("\n") })
        let first = try proxy.command("show events r1")
        #expect(first.hasPrefix("<134>") && first.contains(" web web/<NOSRV> "))
        #expect(first.utf8.count == 99)
        try get("/here", from: proxy)
        #expect(follower.receives { $0.split(separator: "\n").count == 2 })
        follower.send("show version\n")
        #expect(follower.remainder().hasSuffix("\n\n"))
        #expect(try proxy.command("show events r1 -n") == "")
        #expect(try proxy.command("show events stdout") == "Nothing to report for this sink")
        #expect(try proxy.command("show events nope") == "No such event sink")
    }

    @Test func `rings that are wrong or not there are refused by name`() {
        let text = """
            global
             log ring@other local0
            ring a
             format xx
             description
             server s 127.0.0.1:5
            ring a
            """
        let (configuration, diagnostics) = ConfigParser.parse(
            files: [("a.cfg", text)],
            environment: [:]
        ) { _ in nil }
        #expect(configuration == nil)
        #expect(
            diagnostics.map { "\($0.origin.line) \($0.message)" }.sorted() == [
                "2 'log' : ring 'other' is not declared.",
                "4 unknown format 'xx'.",
                "5 missing ring description text.",
                "6 'server' is not supported by apus-proxy in 'ring' sections.",
                "7 sink named 'a' already exists.",
            ]
        )
    }
}
