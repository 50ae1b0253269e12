import Model
import Planning
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

    @Test func `what a proxy says is broken between words`() {
        let text = "still not up; look at what its checks say"
        let lines = ApplyProgress.lines(StyledText("  … lb1  "), text, columns: 40)
        #expect(
            lines.map(\.plain) == ["  … lb1  still not up; look at what its", "      checks say"]
        )
    }
}
