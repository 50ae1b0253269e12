import Testing

@testable import Proxy

@Suite struct SlotArenaTests {
    @Test(arguments: [(100, 0), (200, 1), (304, 2), (404, 3), (503, 4), (600, 5), (99, 5)])
    func `responses are counted by class`(_ status: Int, _ kind: Int) {
        let arena = SlotArena(workers: 1)
        defer { arena.free() }
        arena.reserve(1)
        arena.add(1, to: .responses(status), of: 0, worker: 0)
        for index in 0..<6 {
            #expect(arena.counters(of: 0).responses[index] == (index == kind ? 1 : 0))
        }
    }

    @Test func `a cleared slot starts anew`() {
        let arena = SlotArena(workers: 2)
        defer { arena.free() }
        arena.reserve(10)
        arena.add(1, to: .currentSessions, of: 9, worker: 1)
        #expect(arena.sessions(of: 9) == 1)
        arena.clear(9)
        #expect(arena.sessions(of: 9) == 0)
    }
}
