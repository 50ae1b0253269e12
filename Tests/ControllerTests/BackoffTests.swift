import Simulation
import Testing

@testable import Controller

@Suite struct BackoffTests {
    @Test(arguments: Seed.runs(20))
    func `delays double up to the limit and lose at most half to jitter`(seed: Seed) {
        var generator = seed.generator
        var backoff = Backoff(base: .milliseconds(500), limit: .seconds(60))
        for failures in 0..<80 {
            let full = min(Duration.milliseconds(500) * (1 << min(failures, 20)), .seconds(60))
            let delay = backoff.fail(using: &generator)
            #expect(delay <= full)
            #expect(delay >= full / 2)
        }
    }

    @Test func `after a success the next failure is a first one`() {
        var generator = Seed(1).generator
        var backoff = Backoff()
        for _ in 0..<5 { _ = backoff.fail(using: &generator) }
        backoff.reset()
        #expect(backoff.fail(using: &generator) <= .milliseconds(500))
    }
}
