/// A point in time on an injected clock, by which something must have happened.
struct Deadline: Sendable {
    /// What is left; not positive when it has passed.
    let remaining: @Sendable () -> Duration

    init(after limit: Duration, on clock: some Clock<Duration>) {
        let start = clock.now
        remaining = { limit - start.duration(to: clock.now) }
    }
}

/// Measures time on an injected clock from its creation on.
struct Stopwatch: Sendable {
    let elapsed: @Sendable () -> Duration

    init(on clock: some Clock<Duration>) {
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
    }
}
