import Simulation
import Testing

@testable import Proxy

@Suite struct HashRingTests {
    private func ring(_ keys: [UInt32]) -> HashRing {
        let points = keys.sorted().map { UInt64($0) << 32 }
        var merge = RingMerge(ring: .empty, removals: [], additions: points)
        var retired: [RetiredMemory] = []
        return merge.run(retired: &retired) { $0.key < $1.key }
    }

    @Test(arguments: Seed.runs)
    func `positions are those of a sorted list that goes in a circle`(seed: Seed) {
        var generator = seed.generator
        let choices: [UInt32] = [.max, 1 << 30, 50]
        let most = choices.randomElement(using: &generator) ?? 50
        let count = Int.random(in: 1...600, using: &generator)
        let keys = (0..<count).map { _ in UInt32.random(in: 0...most, using: &generator) }.sorted()
        let ring = ring(keys)
        defer { ring.free() }
        #expect(ring.nodes.map(\.key) == keys)
        for _ in 0..<20 {
            let key = UInt32.random(in: 0 ... .max, using: &generator)
            let position = ring.position(notBelow: key)
            let index = keys.firstIndex { $0 >= key } ?? 0
            #expect(ring[position].key == keys[index])
            let next = keys[index + 1 < count ? index + 1 : 0]
            #expect(ring[ring.position(after: position)].key == next)
            #expect(ring[ring.position(before: position)].key == keys[(index + count - 1) % count])
        }
    }

    @Test func `a small change leaves the other buckets where they are`() {
        var builder = RingBuilder()
        for id in 1...200 { _ = builder.seat(.init(id: id, weight: 10)) }
        var retired: [RetiredMemory] = []
        _ = builder.rebuild(retired: &retired)
        let before = builder.ring
        _ = builder.seat(.init(id: 201, weight: 1))
        _ = builder.rebuild(retired: &retired)
        #expect(builder.ring.count == before.count + 16)
        #expect(builder.ring.buckets.count == before.buckets.count)
    }
}
