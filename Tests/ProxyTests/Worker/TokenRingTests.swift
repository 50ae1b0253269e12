import Testing

@testable import Proxy

@Suite struct TokenRingTests {
    @Test func `tokens come out in order, and a full ring takes no more`() {
        var ring = TokenRing(capacity: 3)
        defer { ring.free() }
        for round in UInt64(0)..<5 {
            for token in 0..<3 {
                let isTaken = ring.put(round * 10 + UInt64(token))
                #expect(isTaken)
            }
            let isTaken = ring.put(99)
            #expect(!isTaken)
            for token in 0..<3 {
                let taken = ring.take()
                #expect(taken == round * 10 + UInt64(token))
            }
            #expect(ring.isEmpty)
        }
    }
}
