import Testing

@testable import Proxy

@Suite struct WakeupTests {
    @Test func `a signal wakes a waiting loop once it is given, until it is cleared`() {
        let wakeup = Wakeup()
        var epoll = EpollLoop()
        epoll.watchLevel(wakeup.descriptor, token: 42)
        #expect(epoll.wait(milliseconds: 0) == 0)
        wakeup.signal()
        wakeup.signal()
        #expect(epoll.wait(milliseconds: 5000) == 1)
        #expect(epoll.event(0).token == 42)
        #expect(epoll.event(0).isReadable)
        wakeup.clear()
        #expect(epoll.wait(milliseconds: 0) == 0)
    }
}
