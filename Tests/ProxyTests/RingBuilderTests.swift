import Simulation
import Testing

@testable import Proxy

@Suite struct RingBuilderTests {
    @Test func `node keys are HAProxy's`() {
        #expect(RingBuilder.key(id: 1, node: 0) == 1_237_450_891)
        #expect(RingBuilder.key(id: 1, node: 1) == 2_761_370_759)
        #expect(RingBuilder.key(id: 2, node: 0) == 1_079_705_203)
    }

    @Test func `only the twenty low bits of an id count`() {
        for node in 0..<64 {
            #expect(
                RingBuilder.key(id: 77, node: node)
                    == RingBuilder.key(id: 77 + 1_048_576, node: node)
            )
        }
    }

    @Test(arguments: Seed.runs)
    func `a ring changed step by step equals one built at once`(seed: Seed) {
        var generator = seed.generator
        var ring = RingBuilder()
        var members: [Int: Int] = [:]
        for _ in 0..<12 {
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                // Few distinct ids modulo 2^20, so that equal keys occur.
                let id =
                    Int.random(in: 1...12, using: &generator)
                    + (generator.chance(30) ? 1_048_576 : 0)
                members[id] = generator.chance(30) ? nil : Int.random(in: 1...9, using: &generator)
            }
            let wanted = members.sorted { $0.key < $1.key }.map {
                RingBuilder.Member(id: $0.key, weight: $0.value)
            }
            _ = ring.update(to: wanted)
            var fresh = RingBuilder()
            _ = fresh.update(to: wanted)
            #expect(keysAndIDs(ring, wanted) == keysAndIDs(fresh, wanted))
            #expect(ring.nodes.count == wanted.reduce(0) { $0 + $1.nodeCount })
        }
    }

    @Test func `an update without a difference changes nothing`() {
        var ring = RingBuilder()
        let members = [RingBuilder.Member(id: 1, weight: 3)]
        let first = ring.update(to: members)
        let second = ring.update(to: members)
        #expect(first && !second)
    }

    private func keysAndIDs(_ ring: RingBuilder, _ members: [RingBuilder.Member]) -> [[UInt32]] {
        let places = Dictionary(
            uniqueKeysWithValues: members.enumerated().map { ($1.id, UInt32($0)) }
        )
        let points = ring.points(places: places)
        defer { points.free() }
        return points.indices.map { [points[$0].key, UInt32(members[Int(points[$0].server)].id)] }
    }
}
