import Foundation
import Proxy
import Simulation
import Stage
import Testing

/// Request smuggling needs two readers that see different requests in the same bytes: we and a server behind us.
struct FramingDisagreementTests {
    /// Mutations for each server; 10,000 and more are run before a release.
    static let count =
        ProcessInfo.processInfo.environment["APUS_MUTATIONS"].flatMap { Int($0) } ?? 150

    /// Client → apus-proxy → the server → an origin that knows which request apus-proxy meant: every request that
    /// apus-proxy forwards names its own path in a header, so one that does not was made by the server alone.
    @Test(
        .enabled(if: Programs.find("haproxy") != nil, "no haproxy in PATH: `make setup`"),
        .timeLimit(.minutes(30)),
        arguments: FramingPeer.installed
    )
    func `a server behind us sees the requests that we see`(peer: FramingPeer) async throws {
        let ports = try FreePorts.take(3)
        var started: [ProxyProcess] = []
        // In the order of their start: Foundation waits for the first before it learns of another's end.
        defer { for process in started { process.stop() } }
        let haproxy = try #require(Programs.find("haproxy"))
        let origin = try ProxyProcess(Self.origin(port: ports[2]), program: haproxy)
        started.append(origin)
        let middle = try ProxyProcess(
            peer.configuration(ports[1], ports[2]),
            program: peer.program.map { $0.replacing("$PORT", with: "\(ports[1])") },
            // Envoy reads the format off the name.
            file: ([], "peer.yaml")
        )
        started.append(middle)
        let edge = try ProxyProcess(Self.edge(port: ports[0], peer: ports[1]))
        started.append(edge)
        try await edge.waitUntilReady()
        try await Deadline.wait(for: "answer through \(peer.name): \(middle.log)") {
            (try? HTTPProbe.ask(["/ready"], host: "a", port: ports[0]))?.first?.status == 200
        }
        var served = 0
        for seed in Seed.runs(Self.count) {
            let after = "GET /after\(seed.value) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            let message = FramingMutation.make(seed)
            let first = try RawClient.exchange(message + Array(after.utf8), port: ports[0])
            served += try Self.judge(first, of: seed, message)
            // A request of somebody else's on the connection that the first one used.
            let other = "GET /other\(seed.value) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            let second = try RawClient.exchange(Array(other.utf8), port: ports[0])
            #expect(second.contains("/other\(seed.value)"), "\(seed): \(Self.shown(message))")
            _ = try Self.judge(second, of: seed, message)
        }
        #expect(served > Self.count / 10, "too few requests were good enough to be forwarded")
        #expect(try Self.smuggled(origin) == 0)
    }

    /// Holds each answer's path, as the origin saw it, against the path that we forwarded; returns how many agree.
    private static func judge(_ text: String, of seed: Seed, _ message: [UInt8]) throws -> Int {
        let context: Comment = "\(seed): \(shown(message)) gave \(text.debugDescription)"
        try #require(!text.contains("smuggled /"), context)
        var agreeing = 0
        for answer in text.split(separator: "HTTP/1.1 ") {
            let seen = answer.split(separator: "\r\n").first { $0.hasPrefix("x-seen: ") }
            // 504 of our own: the server waits for more of a message that we took for whole.
            guard let seen else {
                try #require(!answer.hasPrefix("504"), context)
                continue
            }
            guard answer.hasPrefix("200") else { continue }
            let body = try #require(answer.firstRange(of: "\r\n\r\n"), context).upperBound
            try #require(answer[body...].contains(seen.dropFirst(8)), context)
            agreeing += 1
        }
        return agreeing
    }

    private static func shown(_ message: [UInt8]) -> String {
        String(decoding: message, as: UTF8.self).debugDescription
    }

    /// Requests that reached the origin without the header that we give each.
    private static func smuggled(_ origin: ProxyProcess) throws -> Int {
        let lines = try origin.ask("show stat").split(separator: "\n")
        let line = try #require(lines.first { $0.hasPrefix("smuggled,BACKEND,") })
        return try #require(Int(line.split(separator: ",", omittingEmptySubsequences: false)[7]))
    }

    private static func edge(port: UInt16, peer: UInt16) -> String {
        """
        global
            stats socket $DIR/stats.sock level admin
            nbthread 1
        defaults
            mode http
            timeout client 3s
            timeout server 3s
            timeout connect 3s
            timeout http-request 1s
            retries 0
            http-reuse always
        listen edge
            bind 127.0.0.1:\(port)
            http-request set-var(txn.path) path
            http-request set-header x-apus %[path]
            http-response set-header x-seen %[var(txn.path)]
            server peer 127.0.0.1:\(peer) maxconn 1
        """
    }

    private static func origin(port: UInt16) -> String {
        """
        global
            stats socket $DIR/stats.sock level admin
        defaults
            mode http
            timeout client 10s
            timeout server 10s
            timeout connect 5s
            option http-buffer-request
        frontend origin
            bind 127.0.0.1:\(port)
            http-request set-var(txn.meant) req.hdr(x-apus)
            use_backend smuggled unless { path,strcmp(txn.meant) eq 0 }
            default_backend same
        backend same
            http-request return status 200 content-type text/plain lf-string "%[path]"
        backend smuggled
            http-request return status 200 content-type text/plain lf-string "smuggled %[path]"
        """
    }
}
