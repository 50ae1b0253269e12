import Synchronization
import Testing

@testable import Proxy

@Suite struct PlaceGatesTests {
    @Test func `no more places are taken than the limit, by however many threads`() {
        let gates = PlaceGates(rowLimit: 2000)
        defer { gates.free() }
        gates.reserve(rows: 1500)
        let most = Atomic<Int>(0)
        let now = Atomic<Int>(0)
        let total = Atomic<Int>(0)
        withThreads(4) {
            for _ in 0..<20_000 where gates.take(1234, limit: 3) {
                let count = now.add(1, ordering: .sequentiallyConsistent).newValue
                _ = most.max(count, ordering: .relaxed)
                total.add(1, ordering: .relaxed)
                now.subtract(1, ordering: .sequentiallyConsistent)
                gates.give(1234)
            }
        }
        #expect(most.load(ordering: .relaxed) <= 3)
        #expect(total.load(ordering: .relaxed) >= 20_000)
        #expect(gates.taken(1234) == 0)
        #expect(gates.taken(1233) == 0)
    }

    private func withThreads(_ count: Int, _ body: @Sendable @escaping () -> Void) {
        var threads = ThreadGroup()
        for _ in 0..<count { threads.start { body() } }
        threads.join()
    }

    @Test func `workers with someone waiting are one bit each`() {
        let gates = PlaceGates(rowLimit: 1)
        defer { gates.free() }
        gates.reserve(rows: 1)
        #expect(gates.waiters(0) == 0)
        gates.setWaits(true, 0, worker: 0)
        gates.setWaits(true, 0, worker: 63)
        gates.setWaits(true, 0, worker: 63)
        #expect(gates.waiters(0) == UInt(1) | UInt(1) << 63)
        gates.setWaits(false, 0, worker: 0)
        #expect(gates.waiters(0) == UInt(1) << 63)
        #expect(gates.take(0, limit: 1))
        #expect(!gates.take(0, limit: 1))
        #expect(gates.waiters(0) == UInt(1) << 63)
    }
}
