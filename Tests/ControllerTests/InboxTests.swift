import Simulation
import Testing

@testable import Controller

@Suite struct InboxTests {
    @Test func `a thousand triggers are one batch`() async {
        let inbox = Inbox<Trigger>()
        for _ in 0..<1000 { inbox.add(.push) }
        inbox.add(.poll)
        let uptime = Uptime(ContinuousClock())
        #expect(await inbox.take(within: .seconds(5), on: uptime) == [.push, .poll])
        #expect(await inbox.take(within: .zero, on: uptime).isEmpty)
    }

    @Test func `a taker that waits is woken by an addition`() async {
        let inbox = Inbox<Trigger>()
        let uptime = Uptime(ContinuousClock())
        async let taken = inbox.take(within: .seconds(60), on: uptime)
        inbox.add(.push)
        #expect(await taken == [.push])
    }

    @Test func `waiting ends at the limit with nothing`() async {
        let clock = SimulatedClock()
        let inbox = Inbox<Trigger>()
        async let taken = inbox.take(within: .seconds(3600), on: Uptime(clock))
        while clock.nextDeadline == nil { await Task.yield() }
        clock.advance(to: .init(sinceStart: .seconds(3600)))
        #expect(await taken.isEmpty)
    }

    @Test func `a cancelled taker returns`() async {
        let inbox = Inbox<Trigger>()
        await withTaskGroup { group in
            group.addTask {
                _ = await inbox.take(within: .seconds(600), on: Uptime(ContinuousClock()))
            }
            group.cancelAll()
        }
        inbox.add(.poll)
        #expect(await inbox.take(within: .zero, on: Uptime(ContinuousClock())) == [.poll])
    }
}
