import Simulation
import Testing

@testable import Proxy

@Suite struct RingRemakeTests {
    @Test(arguments: Seed.runs(10))
    func `a ring made from nothing equals one that grew`(seed: Seed) {
        var generator = seed.generator
        var members: [(id: Int, weight: Int)] = (1...60).map { id in
            (id: id, weight: Int.random(in: 20...60, using: &generator))
        }
        // Equal keys: only twenty bits of an id count.
        members.append((id: 1_048_576 + 7, weight: 30))
        members.shuffle(using: &generator)
        var grown = RingBuilder()
        for member in members {
            seat(member, in: &grown)
            rebuild(&grown)
        }
        var made = RingBuilder()
        for member in members { seat(member, in: &made) }
        rebuild(&made)
        #expect(made.ring.count > RingRemake.least)
        #expect(made.ring.count == grown.ring.count)
        #expect(nodes(made) == nodes(grown))
        // And it goes on from there.
        for member in members.prefix(9) {
            made.leave(id: member.id)
            grown.leave(id: member.id)
        }
        for ring in [1, 2] {
            if ring == 1 { rebuild(&made) } else { rebuild(&grown) }
        }
        #expect(nodes(made) == nodes(grown))
    }

    private func seat(_ member: (id: Int, weight: Int), in ring: inout RingBuilder) {
        let seat = ring.seat(.init(id: member.id, weight: member.weight))
        ring.place(seat: seat, at: member.id)
    }

    private func rebuild(_ ring: inout RingBuilder) {
        var retired: [RetiredMemory] = []
        _ = ring.rebuild(retired: &retired)
        for memory in retired { memory.free() }
    }

    private func nodes(_ ring: RingBuilder) -> [[UInt32]] {
        ring.ring.nodes.compactMap { node in
            let id = ring.places[Int(node.server)]
            return id < 0 ? nil : [node.key, UInt32(id)]
        }
    }
}
