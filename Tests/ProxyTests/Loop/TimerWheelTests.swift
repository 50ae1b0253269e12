import Testing

@testable import Proxy

@Suite struct TimerWheelTests {
    private static func expired(_ wheel: inout TimerWheel, at now: Int64) -> [Int] {
        var timers: [Int] = []
        while let timer = wheel.expire(now: now) { timers.append(timer) }
        return timers.sorted()
    }

    @Test func `a timer fires at its deadline and not before`() {
        var wheel = TimerWheel(capacity: 10, now: 1000)
        wheel.set(3, deadline: 1100)
        #expect(Self.expired(&wheel, at: 1099) == [])
        #expect(Self.expired(&wheel, at: 1104) == [3])
        #expect(Self.expired(&wheel, at: 9999) == [])
    }

    @Test func `a deadline moved later fires at the later one only`() {
        var wheel = TimerWheel(capacity: 10, now: 0)
        wheel.set(1, deadline: 100)
        wheel.set(1, deadline: 500)
        #expect(Self.expired(&wheel, at: 400) == [])
        #expect(Self.expired(&wheel, at: 504) == [1])
    }

    @Test func `a deadline moved earlier fires at the earlier one`() {
        var wheel = TimerWheel(capacity: 10, now: 0)
        wheel.set(1, deadline: 5000)
        wheel.set(1, deadline: 100)
        #expect(Self.expired(&wheel, at: 104) == [1])
        #expect(Self.expired(&wheel, at: 6000) == [])
    }

    @Test func `a deadline beyond the horizon comes round again`() {
        var wheel = TimerWheel(capacity: 10, now: 0)
        wheel.set(1, deadline: 100_000)
        for now in stride(from: Int64(0), to: 100_000, by: 7) {
            #expect(Self.expired(&wheel, at: now) == [])
        }
        #expect(Self.expired(&wheel, at: 100_004) == [1])
    }

    @Test func `cleared and removed timers do not fire`() {
        var wheel = TimerWheel(capacity: 10, now: 0)
        wheel.set(1, deadline: 100)
        wheel.set(2, deadline: 100)
        wheel.set(3, deadline: 100)
        wheel.clear(1)
        wheel.remove(2)
        #expect(Self.expired(&wheel, at: 200) == [3])
    }

    @Test func `the delay never oversleeps a deadline`() {
        var wheel = TimerWheel(capacity: 10, now: 0)
        #expect(wheel.delay(now: 0, limit: 10_000) == 10_000)
        wheel.set(1, deadline: 777)
        let delay = wheel.delay(now: 0, limit: 10_000)
        #expect(delay > 700 && delay <= 780)
        #expect(wheel.delay(now: 0, limit: 50) == 50)
    }

    @Test(arguments: [UInt64(1), 2, 3, 4, 5]) func `many timers fire once each, in time`(
        _ seed: UInt64
    ) {
        var random = WorkerRandom(seed: seed)
        var wheel = TimerWheel(capacity: 200, now: 0)
        var deadlines: [Int: Int64] = [:]
        var now: Int64 = 0
        for _ in 0..<5000 {
            let timer = Int.random(in: 0..<200, using: &random)
            if Int.random(in: 0..<4, using: &random) == 0 {
                wheel.clear(timer)
                deadlines[timer] = nil
            } else {
                let deadline = now + Int64.random(in: 1...40_000, using: &random)
                wheel.set(timer, deadline: deadline)
                deadlines[timer] = deadline
            }
            now += Int64.random(in: 0...50, using: &random)
            for fired in Self.expired(&wheel, at: now) {
                let deadline = deadlines.removeValue(forKey: fired) ?? .max
                #expect(deadline <= now)
            }
            #expect(deadlines.values.allSatisfy { $0 > now - TimerWheel.step })
        }
    }
}
