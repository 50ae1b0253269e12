import Testing

@testable import Proxy

@Suite struct FileKeeperTests {
    @Test func `a file that is installed has the name, and that is told once`() throws {
        let path = "/tmp/apus-\(SystemProcess.id)-keeper"
        defer { SystemProcess.remove(path) }
        let keeper = FileKeeper()
        keeper.start()
        let file = try AppendFile(path + ".new", isEmptied: true)
        try file.write([1, 2, 3], at: 0)
        keeper.install(file, as: path)
        let deadline = MonotonicClock.milliseconds + 10_000
        var answer: Bool?
        var epoll = EpollLoop()
        while answer == nil, MonotonicClock.milliseconds < deadline {
            answer = keeper.takeInstalled()
            _ = epoll.wait(milliseconds: 2)
        }
        #expect(answer == true)
        #expect(keeper.takeInstalled() == nil)
        #expect(try AppendFile.read(path) == [1, 2, 3])
        keeper.sync(file)
        keeper.stop()
    }
}
