/// How long to leave something alone that keeps failing: doubling, bounded, jittered.
///
/// Jitter spreads half of the delay, so a hundred proxies that fell together do not return together.
package struct Backoff: Hashable, Sendable {
    package let base: Duration
    package let limit: Duration
    /// Failures in a row.
    package private(set) var failures = 0

    package init(base: Duration = .milliseconds(500), limit: Duration = .seconds(60)) {
        self.base = base
        self.limit = limit
    }

    /// Counts one more failure; the delay before the next try.
    package mutating func fail(using generator: inout some RandomNumberGenerator) -> Duration {
        // 2^20 of any base is past every sensible limit; more shifts would overflow.
        let doubled = base * (1 << min(failures, 20))
        failures += 1
        let delay = min(doubled, limit)
        let thousandths = Int.random(in: 500...1000, using: &generator)
        return delay * thousandths / 1000
    }

    /// Something worked: the next failure is a first one again.
    package mutating func reset() { failures = 0 }
}
