import Synchronization

/// A clock on which sleeping takes no real time: it just becomes later, for whoever sleeps.
///
/// For one task alone; where several wait for each other, `SimulatedClock` keeps them in order.
package final class SkippingClock: Clock {
    /// A point of this clock's time, counted from its creation.
    package struct Instant: InstantProtocol {
        package let offset: Duration

        package func advanced(by duration: Duration) -> Self { Self(offset: offset + duration) }
        package func duration(to other: Self) -> Duration { other.offset - offset }
        package static func < (left: Self, right: Self) -> Bool { left.offset < right.offset }
    }

    private let time = Mutex(Duration.zero)

    package init() {}

    package var now: Instant { Instant(offset: time.withLock { $0 }) }
    package var minimumResolution: Duration { .nanoseconds(1) }

    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        time.withLock { $0 = max($0, deadline.offset) }
        await Task.yield()
    }
}
