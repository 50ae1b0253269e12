import Proxy
import Testing

@Suite struct HealthHistoryTests {
    @Test func `a server at full health falls after fall failures in a row`() {
        var history = HealthHistory(rise: 2, fall: 3, health: 4)
        let path = (0..<3).map { _ in
            history.record(isPassed: false)
            return history.health
        }
        #expect(path == [3, 2, 0])
        #expect(!history.isUp)
    }

    @Test func `a server that is down rises after rise successes and is then at full health`() {
        var history = HealthHistory(rise: 2, fall: 3, health: 0)
        history.record(isPassed: true)
        #expect(history.health == 1 && !history.isUp)
        history.record(isPassed: true)
        #expect(history.health == 4 && history.isFull)
    }

    @Test func `a failure on the way up starts from nothing`() {
        var history = HealthHistory(rise: 3, fall: 1, health: 2)
        history.record(isPassed: false)
        #expect(history.health == 0)
    }

    @Test func `a server that starts over is up and falls with the first failure`() {
        var history = HealthHistory(rise: 2, fall: 3, health: 0)
        history.startOver()
        #expect(history.isUp && !history.isFull)
        history.record(isPassed: false)
        #expect(!history.isUp)
    }

    @Test func `a success between failures lets the count begin again`() {
        var history = HealthHistory(rise: 2, fall: 3, health: 4)
        for isPassed in [false, false, true, false, false] { history.record(isPassed: isPassed) }
        #expect(history.isUp)
    }
}
