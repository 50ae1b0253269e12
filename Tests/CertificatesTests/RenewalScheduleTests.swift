import Certificates
import Simulation
import Testing

struct RenewalScheduleTests {
    typealias Validity = RenewalSchedule.Validity

    static let day = 86_400
    static let start = 1_790_000_000

    @Test func `one certificate is renewed at two thirds of its life`() {
        var schedule = RenewalSchedule()
        let validity = Validity(notBefore: Self.start, notAfter: Self.start + 90 * Self.day)
        let moment = schedule.plan("a", validity, at: Self.start)
        #expect(moment == Self.start + 60 * Self.day)
        #expect(schedule.due(at: moment - 1) == [])
        #expect(schedule.next(after: Self.start) == moment)
        #expect(schedule.due(at: moment) == ["a"])
        schedule.forget("a")
        #expect(schedule.due(at: moment) == [])
        #expect(schedule.next(after: moment) == nil)
    }

    @Test func `an authority's window goes before two thirds, and one that is over means now`() {
        var schedule = RenewalSchedule()
        let validity = Validity(notBefore: Self.start, notAfter: Self.start + 90 * Self.day)
        let window = RenewalWindow(
            start: Self.start + 10 * Self.day,
            end: Self.start + 12 * Self.day,
            askAgain: 0
        )
        let moment = schedule.plan("a", validity, window: window, at: Self.start)
        #expect((window.start..<window.end).contains(moment))
        let late = Self.start + 13 * Self.day
        #expect(schedule.plan("a", validity, window: window, at: late) == late)
    }

    @Test func `a set that was issued on one day is spread`() {
        var schedule = RenewalSchedule()
        let validity = Validity(notBefore: Self.start, notAfter: Self.start + 90 * Self.day)
        var days: [Int: Int] = [:]
        for index in 0..<5000 {
            let moment = schedule.plan("c\(index)", validity, at: Self.start)
            days[(moment - Self.start) / Self.day, default: 0] += 1
        }
        #expect((3.4..<3.6).contains(schedule.mean))
        #expect((days.values.max() ?? 0) <= 5 * 25)
        #expect((days.keys.min() ?? 0) >= 15)
        #expect((days.keys.max() ?? 0) == 60)
    }

    @Test func `what is about to expire waits for no hour`() {
        var schedule = RenewalSchedule()
        for index in 0..<50 {
            let validity = Validity(notBefore: Self.start, notAfter: Self.start + 90 * Self.day)
            schedule.resume("c\(index)", validity, renewAt: Self.start + 60 * Self.day)
        }
        #expect(schedule.due(at: Self.start + 61 * Self.day).count == schedule.ceiling)
        #expect(schedule.due(at: Self.start + 89 * Self.day).count == 50)
    }

    /// The issue's year: 5,000 certificates of 90 days, an authority that fails and is away, crashes.
    @Test(.timeLimit(.minutes(2))) func `in a year nothing expires and nothing bursts`() {
        var year = SimulatedYear(count: 5000, seed: 42)
        year.run(hours: 365 * 24)
        #expect(year.expired == 0)
        let mean = Double(year.begun.reduce(0, +)) / Double(year.begun.count)
        #expect(mean > 3)
        #expect(Double(year.begun.max() ?? 0) <= 2 * mean, "\(year.begun.max() ?? 0) of \(mean)")
        let days = stride(from: 0, to: year.begun.count, by: 24).map {
            year.begun[$0..<min($0 + 24, year.begun.count)].reduce(0, +)
        }
        #expect(Double(days.max() ?? 0) <= 2 * 24 * mean)
        #expect(year.outages > 5)
        #expect(year.crashes > 20)
    }
}

/// Hours of a provider's life: what is due begins, the authority fails now and then, and memory is lost in crashes.
struct SimulatedYear {
    private var random: SeededGenerator
    private var schedule = RenewalSchedule()
    /// What the store holds: all that a crash leaves.
    private var stored: [String: (validity: RenewalSchedule.Validity, renewAt: Int)] = [:]
    private var retryAt: [String: Int] = [:]
    private var away = 0
    private(set) var begun: [Int] = []
    private(set) var expired = 0
    private(set) var outages = 0
    private(set) var crashes = 0

    private static let life = 90 * 86_400

    init(count: Int, seed: UInt64) {
        random = SeededGenerator(seed: seed)
        for index in 0..<count { issue("c\(index)", at: RenewalScheduleTests.start) }
    }

    mutating func run(hours: Int) {
        for hour in 0..<hours {
            let now = RenewalScheduleTests.start + hour * 3600
            begun.append(0)
            if away > 0 { away -= 1 }
            if Int.random(in: 0..<500, using: &random) == 0 {
                outages += 1
                away = Int.random(in: 1..<72, using: &random)
            }
            if Int.random(in: 0..<200, using: &random) == 0 { crash() }
            // Nobody asks an authority that wants to be left alone.
            if away == 0 { renew(at: now) }
            if hour % 24 == 0 {
                expired += stored.values.count { $0.validity.notAfter <= now }
            }
        }
    }

    private mutating func renew(at now: Int) {
        let held = retryAt
        for name in schedule.due(at: now, unless: { (held[$0] ?? 0) > now }) {
            schedule.begin(at: now)
            begun[begun.count - 1] += 1
            if Int.random(in: 0..<20, using: &random) == 0 {
                retryAt[name] = now + 3600
            } else {
                issue(name, at: now)
            }
        }
    }

    private mutating func issue(_ name: String, at now: Int) {
        let validity = RenewalSchedule.Validity(notBefore: now, notAfter: now + Self.life)
        stored[name] = (validity, schedule.plan(name, validity, at: now))
        retryAt[name] = nil
    }

    private mutating func crash() {
        crashes += 1
        schedule = RenewalSchedule()
        retryAt = [:]
        for (name, entry) in stored.sorted(by: { $0.key < $1.key }) {
            schedule.resume(name, entry.validity, renewAt: entry.renewAt)
        }
    }
}
