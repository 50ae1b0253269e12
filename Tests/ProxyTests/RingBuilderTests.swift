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
            let count = wanted.reduce(0) { $0 + $1.nodeCount }
            #expect(keysAndIDs(ring, wanted).count == count)
            // Nodes of servers that left are few, or lookups would walk far.
            #expect((ring.nodes.count - count) * 8 <= ring.nodes.count)
        }
    }

    @Test func `an update without a difference changes nothing`() {
        var ring = RingBuilder()
        let members = [RingBuilder.Member(id: 1, weight: 3)]
        let first = ring.update(to: members)
        let second = ring.update(to: members)
        #expect(first && !second)
    }

    /// Key and id of every node that lookups see.
    private func keysAndIDs(_ ring: RingBuilder, _ members: [RingBuilder.Member]) -> [[UInt32]] {
        let ids = members.map { ($0.id, Int32($0.id)) }
        let places = ring.places(Dictionary(uniqueKeysWithValues: ids))
        return ring.nodes.compactMap { node in
            let id = places[Int(node.server)]
            return id < 0 ? nil : [node.key, UInt32(id)]
        }
    }

    @Test func `a server that leaves and returns leaves the nodes alone`() {
        var ring = RingBuilder()
        let members = (1...20).map { RingBuilder.Member(id: $0, weight: 2) }
        var changes = [ring.update(to: members)]
        changes.append(ring.update(to: Array(members.dropLast())))
        changes.append(ring.update(to: members))
        #expect(changes == [true, false, false])
        #expect(ring.nodes.count == 20 * 32)
    }
}
