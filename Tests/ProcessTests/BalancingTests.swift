import Stage
import Testing

/// Deterministic algorithms send every key where HAProxy sends it.
struct BalancingTests {
    /// One way to hash.
    struct Case: Sendable, CustomTestStringConvertible {
        let balance: String
        var weights = [1, 1, 1, 1, 1]
        /// What a request for key `n` looks like: path and host.
        var path: @Sendable (Int) -> String = { "/images/\($0).jpg" }
        var host: @Sendable (Int) -> String = { "h\($0).example.com" }

        var testDescription: String { "\(balance) \(weights)".replacing("\n", with: ", ") }
    }

    static let cases: [Case] =
        ["sdbm", "djb2", "crc32", "wt6"].flatMap { function in
            [
                Case(
                    balance: "balance uri\nhash-type map-based \(function) avalanche",
                    weights: [10, 20, 30, 40, 50]
                ),
                Case(
                    balance: "balance uri\nhash-type consistent \(function) avalanche",
                    weights: [3, 1, 100, 20, 7]
                ),
            ]
        } + [
            Case(balance: "balance uri\nhash-type map-based"),
            Case(balance: "balance uri\nhash-type consistent djb2"),
            Case(balance: "balance uri whole", path: { "/a?user=\($0)" }),
            Case(balance: "balance uri depth 2", path: { "/a\($0)/b/c?d=\($0)" }),
            Case(balance: "balance uri len 6\nhash-type consistent", path: { "/\($0)0000000" }),
            Case(balance: "balance url_param user", path: { "/a?b=c&user=\($0)&x=y" }),
            Case(
                balance: "balance url_param user\nhash-type consistent",
                path: { "/?user=\($0 * 7)" }
            ),
            Case(balance: "balance hdr(host)"),
            Case(balance: "balance hdr(host)\nhash-type consistent"),
            Case(balance: "balance hdr(host) use_domain_only", host: { "www.site\($0).com" }),
            Case(balance: "balance static-rr", weights: [5, 1, 2, 9, 4]),
            Case(balance: "balance roundrobin"),
        ]

    @Test(
        .enabled(if: Programs.find("haproxy") != nil, "no haproxy in PATH: `make setup`"),
        .timeLimit(.minutes(3)),
        arguments: cases
    )
    func `ten thousand keys go where HAProxy sends them`(way: Case) async throws {
        let ours = try await Self.mapping(way, program: [Programs.apusProxy])
        let theirs = try await Self.mapping(way, program: try #require(Programs.find("haproxy")))
        #expect(ours.count == 10_000)
        let different = zip(ours, theirs).enumerated().filter { $1.0 != $1.1 }.map(\.offset)
        #expect(different.isEmpty, "\(different.count) keys differ, first \(different.first ?? 0)")
    }

    /// The server of each key, on a proxy with one thread.
    private static func mapping(_ way: Case, program: [String]) async throws -> [Int] {
        var plan = TrafficPlan()
        plan.origins = way.weights.indices.map { TrafficPlan.Origin(name: "s\($0)") }
        let traffic = try Traffic(plan)
        defer { traffic.stop() }
        let port = try FreePorts.take(1)[0]
        let servers = way.weights.indices.map {
            "    server s\($0) 127.0.0.1:\(traffic.originPorts[$0]) weight \(way.weights[$0])"
        }
        let proxy = try ProxyProcess(
            """
            global
                stats socket $DIR/stats.sock level admin
                nbthread 1
            defaults
                mode http
                timeout client 10s
                timeout server 10s
                timeout connect 10s
            listen edge
                bind 127.0.0.1:\(port)
            \(way.balance)
            \(servers.joined(separator: "\n"))
            """,
            program: program,
            program[0].hasSuffix("apus-proxy") ? [] : ["-db"]
        )
        defer { proxy.stop() }
        try await proxy.waitUntilReady()
        let answers = try HTTPProbe.ask(
            (0..<10_000).map { (path: way.path($0), host: way.host($0)) },
            port: port
        )
        return answers.map(\.origin)
    }
}
