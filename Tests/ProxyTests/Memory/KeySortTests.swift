import Simulation
import Testing

@testable import Proxy

@Suite struct KeySortTests {
    @Test(arguments: [0, 1, 2, 300, 8192, 8193, 40_000])
    func `words are sorted by their upper half, equal ones as they came`(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        let most = UInt64.random(in: 1...1 << 32, using: &generator)
        let words = (0..<count).map { place in
            UInt64.random(in: 0..<most, using: &generator) << 32 | UInt64(place)
        }
        var sorted = words
        KeySort.sort(&sorted)
        // The lower half says where a word was, so plain order is what is wanted.
        #expect(sorted == words.sorted())
    }
}
