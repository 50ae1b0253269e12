import Stage
import Testing

/// Consistent hashing: a key must go to the same server whichever program serves as the proxy.
@Suite(.tags(.endToEnd)) struct HashRingTests {
    @Test(
        .enabled(
            if: ExampleFleet.ProxyProgram.haproxy != nil,
            "no haproxy in PATH: `make setup` installs it"
        ),
        .timeLimit(.minutes(2))
    )
    func `ten thousand keys go where HAProxy 2_6 sends them`() async throws {
        let ours = try await Self.mapping(of: .apusProxy)
        let theirs = try await Self.mapping(of: try #require(ExampleFleet.ProxyProgram.haproxy))
        #expect(ours.count == 10_000)
        let different = zip(ours, theirs).enumerated().filter { $1.0 != $1.1 }.map(\.offset)
        #expect(
            different.isEmpty,
            "\(different.count) keys differ, first /images/\(different.first ?? 0).jpg"
        )
        #expect(Set(ours).count == 3)
    }

    /// The server of each of 10,000 keys, on a proxy that `apus apply` has filled.
    private static func mapping(of program: ExampleFleet.ProxyProgram) async throws -> [Int] {
        var servers: [Int] = []
        try await EndToEndFleet.with(program) { fleet in
            let applied = try fleet.applyAll()
            #expect(applied.status == 0, "\(applied.output)\(applied.errors)")
            let paths = (0..<10_000).map { "/images/\($0).jpg" }
            let answers = try HTTPProbe.ask(
                paths,
                host: "static.example.com",
                port: fleet.proxies[0].port
            )
            #expect(answers.allSatisfy { $0.status == 200 })
            servers = answers.map(\.origin)
        }
        return servers
    }
}
