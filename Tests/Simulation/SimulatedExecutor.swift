import Synchronization

/// Runs Swift concurrency on the calling thread, in an order that depends on nothing but a seed.
///
/// Everything below a task that prefers this executor (children, default actors, resumed continuations)
/// runs here (SE-0417): one job at a time, chosen at random among those that are ready, so different seeds
/// try different interleavings. When no job is ready, the clock jumps to its next alarm.
package final class SimulatedExecutor: TaskExecutor {
    private struct State {
        var ready: [UnownedJob] = []
        var generator: SeededGenerator
    }

    private let clock: SimulatedClock
    private let state: Mutex<State>

    package init(clock: SimulatedClock, seed: UInt64) {
        self.clock = clock
        state = Mutex(State(generator: SeededGenerator(seed: seed)))
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.ready.append(job) }
    }

    /// Runs `body` to its end and returns what it returns.
    ///
    /// `afterInstant` is called whenever all work of one instant is done; what it throws ends the run.
    /// Throws `SimulationStuck` when `body` cannot end: nothing is ready and no alarm is set, time passed
    /// `horizon`, or one instant never ends.
    package func run<Value: Sendable>(
        until horizon: Duration,
        afterInstant: () throws -> Void = {},
        _ body: @escaping @Sendable () async throws -> Value
    ) throws -> Value {
        let result = Mailbox<Result<Value, any Error>>()
        // Exception: this is the edge between synchronous and concurrent code; `result` joins the task.
        let task = Task(executorPreference: self) {
            do {
                result.put(.success(try await body()))
            } catch {
                result.put(.failure(error))
            }
        }
        do {
            while true {
                try finishInstant()
                try afterInstant()
                if let result = result.take() { return try result.get() }
                guard let next = clock.nextDeadline else {
                    throw SimulationStuck.deadlock(clock.now)
                }
                guard next.sinceStart <= horizon else { throw SimulationStuck.tooLate(clock.now) }
                clock.advance(to: next)
            }
        } catch {
            task.cancel()
            try? finishInstant()
            throw error
        }
    }

    /// Jobs that one instant may take; a real pass takes a few thousand.
    private static let jobLimit = 1_000_000

    private func finishInstant() throws(SimulationStuck) {
        for _ in 0..<Self.jobLimit {
            guard let job = nextJob() else { return }
            // Exception: sound, since `self` outlives the call and each job was enqueued once and is run once.
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        }
        throw .livelock(clock.now)
    }

    private func nextJob() -> UnownedJob? {
        state.withLock { state in
            guard !state.ready.isEmpty else { return nil }
            let index = state.ready.indices.randomElement(using: &state.generator) ?? 0
            state.ready.swapAt(index, state.ready.count - 1)
            return state.ready.removeLast()
        }
    }
}

/// Why a simulated run could not end.
package enum SimulationStuck: Error, Equatable, CustomStringConvertible {
    /// Every task waits and no alarm is set.
    case deadlock(SimulatedClock.Instant)
    /// Simulated time passed the horizon.
    case tooLate(SimulatedClock.Instant)
    /// Jobs kept making jobs without time passing.
    case livelock(SimulatedClock.Instant)

    package var description: String {
        switch self {
        case .deadlock(let instant): "at \(instant) every task waits and no alarm is set"
        case .tooLate(let instant): "not done at the horizon, last event at \(instant)"
        case .livelock(let instant): "at \(instant) the work of one instant does not end"
        }
    }
}

/// Holds one value from the task that made it to the caller who waits for it.
private final class Mailbox<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)

    func put(_ value: Value) { self.value.withLock { $0 = value } }

    func take() -> Value? { value.withLock { $0 } }
}
