/// Time since the program started, on any clock: deadlines and elapsed times are plain durations.
///
/// `any Clock` hides its instants, so two of them cannot be subtracted; this opens it once.
package struct Uptime: Sendable {
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration

    package init(_ clock: any Clock<Duration>) {
        self.clock = clock
        elapsed = Self.meter(clock)
    }

    package var now: Duration { elapsed() }

    /// Sleeps; throws `CancellationError` when cancelled.
    package func sleep(for duration: Duration) async throws {
        try await clock.sleep(for: duration)
    }

    private static func meter<C: Clock<Duration>>(_ clock: C) -> @Sendable () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}

extension Duration {
    /// `84 ms`, `1.2 s`, `30 s` or `3 m 20 s`, as precise as a person wants it.
    package var brief: String {
        let milliseconds =
            components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        switch milliseconds {
        case ..<1000: return "\(milliseconds) ms"
        case ..<60_000 where milliseconds % 1000 == 0: return "\(milliseconds / 1000) s"
        case ..<60_000: return "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
        default: return "\(milliseconds / 60_000) m \(milliseconds / 1000 % 60) s"
        }
    }

    /// Seconds with a fraction, for metrics.
    package var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
