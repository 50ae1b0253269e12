import Simulation
import Testing

@testable import Controller

@Suite struct UptimeTests {
    @Test func `uptime follows its clock`() {
        let clock = SimulatedClock()
        let uptime = Uptime(clock)
        clock.advance(to: .init(sinceStart: .seconds(90)))
        #expect(uptime.now == .seconds(90))
    }

    @Test(arguments: [
        (Duration.milliseconds(84), "84 ms"), (.milliseconds(1230), "1.2 s"),
        (.seconds(30), "30 s"),
        (.seconds(200), "3 m 20 s"),
        (.zero, "0 ms"),
    ])
    func `durations are as precise as a person wants them`(duration: Duration, text: String) {
        #expect(duration.brief == text)
    }
}
