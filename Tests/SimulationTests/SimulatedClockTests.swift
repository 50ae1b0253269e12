import Simulation
import Synchronization
import Testing

struct SimulatedClockTests {
    @Test func `alarms ring in the order of their deadlines`() {
        let clock = SimulatedClock()
        let rung = Mutex<[Int]>([])
        for delay in [30, 10, 20, 10] {
            clock.schedule(after: .seconds(delay)) { rung.withLock { $0.append(delay) } }
        }
        clock.advance(to: .init(sinceStart: .seconds(25)))
        #expect(rung.withLock { $0 } == [10, 10, 20])
        #expect(clock.now == .init(sinceStart: .seconds(25)))
        #expect(clock.nextDeadline == .init(sinceStart: .seconds(30)))
    }

    @Test func `an alarm set by an alarm rings at its own time`() {
        let clock = SimulatedClock()
        let seen = Mutex<[SimulatedClock.Instant]>([])
        clock.schedule(after: .seconds(1)) {
            clock.schedule(after: .seconds(1)) { seen.withLock { $0.append(clock.now) } }
        }
        clock.advance(to: .init(sinceStart: .seconds(5)))
        #expect(seen.withLock { $0 } == [.init(sinceStart: .seconds(2))])
    }

    @Test func `a cancelled sleeper wakes at once and leaves no alarm`() throws {
        let clock = SimulatedClock()
        let executor = SimulatedExecutor(clock: clock, seed: 1)
        let wasCancelled = try executor.run(until: .seconds(10)) {
            await withTaskGroup(of: Bool.self) { group in
                group.addTask {
                    do {
                        try await clock.sleep(for: .seconds(3600))
                        return false
                    } catch { return true }
                }
                await Task.yield()
                group.cancelAll()
                return await group.next() ?? false
            }
        }
        #expect(wasCancelled)
        #expect(clock.now == .init(sinceStart: .zero))
        #expect(clock.pendingAlarms == 0)
    }

    @Test(arguments: Seed.runs(20)) func `a priority queue gives out in order`(seed: Seed) {
        var generator = seed.generator
        let numbers = (0..<100).map { _ in Int.random(in: 0..<50, using: &generator) }
        var queue = PriorityQueue<Int>()
        for number in numbers { queue.insert(number) }
        var out: [Int] = []
        while let number = queue.removeFirst() { out.append(number) }
        #expect(out == numbers.sorted())
    }
}
