import Simulation
import Synchronization
import Testing

struct SimulatedExecutorTests {
    /// The order in which ten tasks on one actor, each of which waits twice, reach their end.
    private static func order(seed: UInt64) throws -> [Int] {
        actor Log {
            var entries: [Int] = []
            func append(_ entry: Int) { entries.append(entry) }
        }
        let clock = SimulatedClock()
        return try SimulatedExecutor(clock: clock, seed: seed).run(until: .seconds(60)) {
            let log = Log()
            try await withThrowingDiscardingTaskGroup { group in
                for number in 0..<10 {
                    group.addTask {
                        try await clock.sleep(for: .seconds(1))
                        await Task.yield()
                        try await clock.sleep(for: .seconds(1))
                        await log.append(number)
                    }
                }
            }
            return await log.entries
        }
    }

    @Test(arguments: Seed.runs(10)) func `the same seed gives the same order`(seed: Seed) throws {
        let first = try Self.order(seed: seed.value)
        #expect(try Self.order(seed: seed.value) == first)
        #expect(first.sorted() == Array(0..<10))
    }

    @Test func `different seeds try different orders`() throws {
        #expect(try Set((1...20).map { try Self.order(seed: $0) }).count > 10)
    }

    @Test func `an hour of waiting passes at once`() throws {
        let clock = SimulatedClock()
        try SimulatedExecutor(clock: clock, seed: 1).run(until: .seconds(7200)) {
            try await clock.sleep(for: .seconds(3600))
        }
        #expect(clock.now == .init(sinceStart: .seconds(3600)))
    }

    @Test func `waiting for nothing is found`() {
        let executor = SimulatedExecutor(clock: SimulatedClock(), seed: 1)
        #expect(throws: SimulationStuck.deadlock(.init(sinceStart: .zero))) {
            try executor.run(until: .seconds(1)) {
                for await _ in AsyncStream<Int>(unfolding: { await Self.never() }) {}
            }
        }
    }

    @Test func `time past the horizon is found`() {
        let clock = SimulatedClock()
        let executor = SimulatedExecutor(clock: clock, seed: 1)
        #expect(throws: SimulationStuck.tooLate(.init(sinceStart: .zero))) {
            try executor.run(until: .seconds(1)) { try await clock.sleep(for: .seconds(2)) }
        }
    }

    @Test func `what the check after an instant throws ends the run`() {
        struct Violation: Error {}
        let clock = SimulatedClock()
        let executor = SimulatedExecutor(clock: clock, seed: 1)
        let isDue = { clock.now.sinceStart >= .seconds(5) }
        #expect(throws: Violation.self) {
            let check = { if isDue() { throw Violation() } }
            try executor.run(until: .seconds(60), afterInstant: check) {
                while true { try await clock.sleep(for: .seconds(1)) }
            }
        }
        #expect(clock.now == .init(sinceStart: .seconds(5)))
    }

    /// Ends only by cancellation.
    private static func never() async -> Int? {
        let (stream, continuation) = AsyncStream<Int>.makeStream()
        return await withExtendedLifetime(continuation) { stream }.first { _ in true }
    }
}
