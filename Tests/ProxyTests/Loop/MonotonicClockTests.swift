import Testing

@testable import Proxy

@Suite struct MonotonicClockTests {
    @Test func `time goes on and not back`() {
        let start = MonotonicClock.milliseconds
        var epoll = EpollLoop()
        _ = epoll.wait(milliseconds: 20)
        let end = MonotonicClock.milliseconds
        #expect(end - start >= 19)
    }
}
