import Testing

@testable import Proxy

@Suite struct WorkerRandomTests {
    @Test func `a seed gives one sequence, another seed another`() {
        func first(_ seed: UInt64) -> [UInt64] {
            var random = WorkerRandom(seed: seed)
            return (0..<100).map { _ in random.next() }
        }
        #expect(first(1) == first(1))
        #expect(first(1) != first(2))
        #expect(Set(first(0)).count == 100)
    }
}
