import Synchronization
import Testing

@testable import Proxy

@Suite struct SystemThreadTests {
    private final class Count: Sendable {
        let value = Atomic<Int>(0)
    }

    @Test func `threads of a group have ended when it was joined`() {
        let count = Count()
        var group = ThreadGroup()
        for _ in 0..<8 { group.start { count.value.add(1, ordering: .relaxed) } }
        group.join()
        #expect(count.value.load(ordering: .relaxed) == 8)
    }

    @Test func `there is a CPU to run on and a limit of descriptors`() throws {
        #expect(SystemThread.cpuCount >= 1)
        let cpu = try #require(SystemThread.cpu(0))
        #expect(SystemThread.cpu(100_000) == nil)
        SystemThread(cpu: cpu) {}.join()
        #expect((256...(1 << 20)).contains(SystemThread.raiseDescriptorLimit()))
    }
}
