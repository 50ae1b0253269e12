import Simulation
import Testing

@testable import Proxy

@Suite struct KeyPartitionTests {
    @Test(arguments: Seed.runs)
    func `words come out piece by piece in order`(seed: Seed) {
        var generator = seed.generator
        let bits = Int.random(in: 1...7, using: &generator)
        // Far from equal pieces need more room than was made.
        let greatest = UInt64.max >> UInt64.random(in: 0...9, using: &generator)
        let words = (0..<Int.random(in: 0...6000, using: &generator)).map { _ in
            UInt64.random(in: 0...greatest, using: &generator)
        }
        var partition = KeyPartition(bits: bits, count: words.count)
        for word in words { partition.put(word) }
        var sorted: [UInt64] = []
        var piece: [UInt64] = []
        var spare: [UInt64] = []
        for index in 0..<partition.pieceCount {
            partition.take(index, into: &piece, spare: &spare)
            sorted += piece
        }
        #expect(sorted.map { $0 >> 32 } == words.map { $0 >> 32 }.sorted())
        #expect(Set(sorted) == Set(words))
    }
}
