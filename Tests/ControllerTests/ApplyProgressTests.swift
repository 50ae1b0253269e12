import Fleet
import Model
import Planning
import Simulation
import Testing

@testable import Controller

@Suite struct ApplyProgressTests {
    @Test func `the bar shows who is done, who failed, who waits and how fast it goes`() {
        let count = ApplyProgress.Count(total: 10, done: 4, failed: 1, running: 2, operations: 90)
        let bar = ApplyProgress.bar(count, elapsed: .seconds(3), columns: 80)
        #expect(
            bar.plain
                == "  ███████████████░░░░░░░░░░░░░░░  5/10 proxies  1 failed  3 waiting  30 ops/s"
        )
    }

    @Test func `without a terminal every proxy is one line`() throws {
        let transcript = Transcript()
        let progress = ApplyProgress(
            total: 2,
            console: transcript.console(),
            clock: ContinuousClock()
        )
        let (lb1, lb2) = (try ProxyName("lb1"), try ProxyName("lb2"))
        progress.hear(.started(lb1, operations: 8))
        progress.hear(.finished(lb1, .converged(operations: 8, took: .milliseconds(84))))
        progress.hear(.finished(lb2, .pending("2 sessions are left")))
        progress.end()
        #expect(
            transcript.err
                == "  ✓ lb1  8 operations, confirmed in 84 ms\n  … lb2  2 sessions are left\n"
        )
    }

    /// Each frame of the bar and each line that stays, one under the other.
    @Test(arguments: [80, 160])
    func `on a terminal a bar stands below what is said`(columns: Int) throws {
        let transcript = Transcript()
        let progress = ApplyProgress(
            total: 4,
            console: transcript.console(columns: columns, errIsTerminal: true),
            clock: SimulatedClock()
        )
        let names = try (1...4).map { try ProxyName("lb\($0)") }
        for name in names.prefix(3) { progress.hear(.started(name, operations: 8)) }
        let refusal = FleetError(
            .rejected(
                command: "add server shop/shop-4 10.0.0.14:8080 id 7340 check inter 2s fall 2",
                words: "'server' : unknown keyword 'frobnicate' while parsing the server's line"
            ),
            on: ProxyTarget(name: names[1], runtime: .unix("run/lb2.sock")),
            tried: "applying"
        )
        progress.hear(.finished(names[0], .converged(operations: 8, took: .milliseconds(84))))
        progress.hear(
            .step(
                names[1],
                Step(
                    id: 1,
                    change: .enableHealth(
                        ServerPath(try BackendName("shop"), try ServerName("shop-4"))
                    ),
                    origin: Fixture.at(9)
                ),
                .failed(refusal)
            )
        )
        progress.hear(.finished(names[1], .stale("the proxy restarted")))
        progress.hear(.soaking(.seconds(10)))
        progress.hear(.unhealthy("3 of 10 servers of backend shop went down on lb1"))
        progress.hear(.started(names[3], operations: 8))
        progress.hear(.finished(names[2], .pending("2 sessions are left on shop/shop-1")))
        progress.end()
        let text = transcript.err.replacing("\r\u{1b}[2K", with: "\n")
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= columns })
        #expect(Golden.difference(of: text, from: golden("progress-\(columns).txt")) == nil)
    }

    @Test func `what a proxy says is broken between words`() {
        let text = "still not up; look at what its checks say"
        let lines = ApplyProgress.lines(StyledText("  … lb1  "), text, columns: 40)
        #expect(
            lines.map(\.plain) == ["  … lb1  still not up; look at what its", "      checks say"]
        )
    }
}
