import Synchronization
import Testing

@testable import Proxy

@Suite struct PublishedTests {
    private static func snapshot(_ generation: UInt64) -> RoutingSnapshot {
        var snapshot = RoutingSnapshot()
        snapshot.generation = generation
        return snapshot
    }

    @Test func `a reader gets the newest snapshot each time it enters`() {
        let published = Published(Self.snapshot(1), readers: 2)
        var retired = RetireList()
        #expect(published.enter(reader: 0).generation == 1)
        retired.publish(Self.snapshot(2), through: published, retiring: [])
        #expect(published.enter(reader: 0).generation == 2)
        #expect(published.enter(reader: 1).generation == 2)
    }

    @Test func `memory is freed only when every reader has moved on`() {
        let published = Published(Self.snapshot(1), readers: 2)
        var retired = RetireList()
        _ = published.enter(reader: 0)
        _ = published.enter(reader: 1)
        retired.publish(
            Self.snapshot(2),
            through: published,
            retiring: [RetiredMemory(RawText.make("old"))]
        )
        #expect(!retired.isEmpty)
        _ = published.enter(reader: 0)
        retired.collect(published)
        #expect(!retired.isEmpty)
        published.leave(reader: 1)
        retired.collect(published)
        #expect(retired.isEmpty)
    }

    @Test func `readers at work never see freed memory`() {
        let published = Published(Self.snapshot(0), readers: 3)
        let done = Done()
        var threads = ThreadGroup()
        for reader in 0..<3 {
            threads.start {
                var last: UInt64 = 0
                while !done.value {
                    let snapshot = published.enter(reader: reader)
                    // The frontends array of generation n holds n copies of a default backend n.
                    let expected = Int32(truncatingIfNeeded: snapshot.generation)
                    for index in snapshot.frontends.indices
                    where snapshot.frontends[index].defaultBackend != expected { done.fail() }
                    if snapshot.generation < last { done.fail() }
                    last = snapshot.generation
                    published.leave(reader: reader)
                }
            }
        }
        var retired = RetireList()
        var old = RawArray<FrontendSnapshot>.empty
        for generation in UInt64(1)...20_000 {
            var frontend = FrontendSnapshot()
            frontend.defaultBackend = Int32(generation)
            var next = Self.snapshot(generation)
            next.frontends = .make(Array(repeating: frontend, count: 5))
            retired.publish(next, through: published, retiring: [RetiredMemory(old)])
            old = next.frontends
        }
        done.finish()
        threads.join()
        retired.collect(published)
        #expect(retired.isEmpty)
        #expect(!done.hasFailed)
    }

    final class Done: Sendable {
        private let state = Atomic<Int>(0)
        private let failures = Atomic<Int>(0)

        var value: Bool { state.load(ordering: .relaxed) != 0 }
        var hasFailed: Bool { failures.load(ordering: .relaxed) != 0 }
        func finish() { state.store(1, ordering: .relaxed) }
        func fail() { failures.store(1, ordering: .relaxed) }
    }
}
