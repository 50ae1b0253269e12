import Testing

@testable import Proxy

@Suite struct StateHashTests {
    private func hash(_ texts: String...) -> UInt64 {
        var hash = StateHash()
        for text in texts { hash.combine(text) }
        return hash.value
    }

    @Test func `texts are told apart by what they say and where they end`() {
        #expect(hash("ab", "c") != hash("a", "bc"))
        #expect(hash("ab") != hash("ba"))
        #expect(hash("ab") == hash("ab"))
    }

    @Test func `sums of hashes do not fall together easily`() {
        var sums: Set<UInt64> = []
        for left in 0..<100 {
            for right in left..<100 { sums.insert(hash("s\(left)") &+ hash("s\(right)")) }
        }
        #expect(sums.count == 5050)
    }
}
