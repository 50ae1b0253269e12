import Simulation
import Testing

@testable import Proxy

@Suite struct RingBuilderTests {
    @Test func `node keys are HAProxy's`() {
        #expect(RingBuilder.key(base: RingBuilder.base(id: 1), node: 0) == 1_237_450_891)
        #expect(RingBuilder.key(base: RingBuilder.base(id: 1), node: 1) == 2_761_370_759)
        #expect(RingBuilder.key(base: RingBuilder.base(id: 2), node: 0) == 1_079_705_203)
    }

    @Test func `only the twenty low bits of an id count`() {
        for node in 0..<64 {
            #expect(
                RingBuilder.key(base: RingBuilder.base(id: 77), node: node)
                    == RingBuilder.key(base: RingBuilder.base(id: 77 + 1_048_576), node: node)
            )
        }
    }

    @Test(arguments: Seed.runs)
    func `a ring changed step by step equals one built at once`(seed: Seed) {
        var generator = seed.generator
        var ring = RingBuilder()
        var members: [Int: Int] = [:]
        let most = generator.chance(20) ? 100 : 9
        for _ in 0..<12 {
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                // Few distinct ids modulo 2^20, so that equal keys occur.
                let id =
                    Int.random(in: 1...12, using: &generator)
                    + (generator.chance(30) ? 1_048_576 : 0)
                members[id] =
                    generator.chance(30) ? nil : Int.random(in: 1...most, using: &generator)
                seat(id, members[id], in: &ring)
            }
            rebuild(&ring)
            var fresh = RingBuilder()
            for (id, weight) in members.sorted(by: { $0.key < $1.key }) {
                seat(id, weight, in: &fresh)
            }
            rebuild(&fresh)
            #expect(keysAndIDs(ring) == keysAndIDs(fresh))
            let count = members.values.reduce(0) { $0 + $1 * 16 }
            #expect(keysAndIDs(ring).count == count)
            // Nodes of servers that left are few, or lookups would walk far.
            #expect((ring.ring.count - count) * 8 <= ring.ring.count)
        }
    }

    @Test func `a rebuild without a difference changes nothing`() {
        var ring = RingBuilder()
        seat(1, 3, in: &ring)
        #expect(rebuild(&ring))
        seat(1, 3, in: &ring)
        #expect(!rebuild(&ring))
    }

    @Test func `a server that leaves and returns leaves the nodes alone`() {
        var ring = RingBuilder()
        for id in 1...20 { seat(id, 2, in: &ring) }
        var changes = [rebuild(&ring)]
        seat(20, nil, in: &ring)
        changes.append(rebuild(&ring))
        seat(20, 2, in: &ring)
        changes.append(rebuild(&ring))
        #expect(changes == [true, false, false])
        #expect(ring.ring.count == 20 * 32)
    }

    private func seat(_ id: Int, _ weight: Int?, in ring: inout RingBuilder) {
        guard let weight else { return ring.leave(id: id) }
        ring.place(seat: ring.seat(.init(id: id, weight: weight)), at: id)
    }

    @discardableResult
    private func rebuild(_ ring: inout RingBuilder) -> Bool {
        var retired: [RetiredMemory] = []
        let isChanged = ring.rebuild(retired: &retired)
        for memory in retired { memory.free() }
        return isChanged
    }

    /// Key and id of every node that lookups see.
    private func keysAndIDs(_ ring: RingBuilder) -> [[UInt32]] {
        ring.ring.nodes.compactMap { node in
            let id = ring.places[Int(node.server)]
            return id < 0 ? nil : [node.key, UInt32(id)]
        }
    }
}
