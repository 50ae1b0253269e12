import Synchronization

/// Time that stands still until someone advances it, so that hours pass in milliseconds and always alike.
///
/// Sleepers and callbacks of the same instant run in the order in which they were registered.
package final class SimulatedClock: Clock {
    /// A point of simulated time, counted from the start of the simulation.
    package struct Instant: InstantProtocol, CustomStringConvertible {
        package let sinceStart: Duration

        package init(sinceStart: Duration) { self.sinceStart = sinceStart }

        package func advanced(by duration: Duration) -> Self {
            Self(sinceStart: sinceStart + duration)
        }

        package func duration(to other: Self) -> Duration { other.sinceStart - sinceStart }

        package static func < (left: Self, right: Self) -> Bool {
            left.sinceStart < right.sinceStart
        }

        package var description: String { "t+\(sinceStart)" }
    }

    private enum Alarm {
        case sleeper(CheckedContinuation<Void, any Error>)
        case callback(@Sendable () -> Void)

        func ring() {
            switch self {
            case .sleeper(let continuation): continuation.resume()
            case .callback(let action): action()
            }
        }
    }

    private struct State {
        var now = Instant(sinceStart: .zero)
        var lastNumber = 0
        /// Numbers that were cancelled stay queued and are skipped when their time comes.
        var queue = PriorityQueue<Entry>()
        var alarms: [Int: Alarm] = [:]
    }

    private struct Entry: Comparable {
        let deadline: Instant
        let number: Int

        static func < (left: Self, right: Self) -> Bool {
            (left.deadline, left.number) < (right.deadline, right.number)
        }
    }

    private let state = Mutex(State())

    package init() {}

    package var now: Instant { state.withLock { $0.now } }

    package var minimumResolution: Duration { .nanoseconds(1) }

    /// Suspends until the clock was advanced to `deadline`; throws `CancellationError` when cancelled before.
    package func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        guard deadline > now else { return await Task.yield() }
        let number = reserveNumber()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation {
                (continuation: CheckedContinuation<Void, any Error>) in
                guard !Task.isCancelled else {
                    return continuation.resume(throwing: CancellationError())
                }
                register(.sleeper(continuation), number: number, at: deadline)
            }
        } onCancel: {
            cancel(number)
        }
    }

    /// Calls `action` when the clock is advanced to the instant that lies `delay` ahead.
    ///
    /// Returns the alarm's number for `cancelAlarm`.
    @discardableResult
    package func schedule(after delay: Duration, _ action: @escaping @Sendable () -> Void) -> Int {
        let number = reserveNumber()
        register(.callback(action), number: number, at: now.advanced(by: delay))
        return number
    }

    /// Takes a scheduled alarm back; one that rang already is gone anyway.
    package func cancelAlarm(_ number: Int) {
        state.withLock { _ = $0.alarms.removeValue(forKey: number) }
    }

    /// When the next alarm rings; nil when none is set.
    package var nextDeadline: Instant? {
        state.withLock { state in
            while let first = state.queue.first, state.alarms[first.number] == nil {
                state.queue.removeFirst()
            }
            return state.queue.first?.deadline
        }
    }

    /// Alarms that are set now, to check that nothing accumulates them.
    package var pendingAlarms: Int { state.withLock { $0.alarms.count } }

    /// Moves time to `instant` (never back) and rings everything due by then, in order of its deadline.
    package func advance(to instant: Instant) {
        while let alarm = nextAlarm(dueBy: instant) { alarm.ring() }
        state.withLock { $0.now = max($0.now, instant) }
    }

    private func nextAlarm(dueBy instant: Instant) -> Alarm? {
        state.withLock { state in
            while let first = state.queue.first, first.deadline <= instant {
                state.queue.removeFirst()
                guard let alarm = state.alarms.removeValue(forKey: first.number) else { continue }
                state.now = max(state.now, first.deadline)
                return alarm
            }
            return nil
        }
    }

    private func reserveNumber() -> Int {
        state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
    }

    private func register(_ alarm: Alarm, number: Int, at deadline: Instant) {
        state.withLock { state in
            state.alarms[number] = alarm
            state.queue.insert(Entry(deadline: deadline, number: number))
        }
    }

    private func cancel(_ number: Int) {
        guard
            case .sleeper(let continuation)? = state.withLock({
                $0.alarms.removeValue(forKey: number)
            })
        else { return }
        continuation.resume(throwing: CancellationError())
    }
}
