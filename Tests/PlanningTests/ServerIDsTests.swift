import Model
import Simulation
import Testing

@testable import Planning

struct ServerIDsTests {
    private func backend(_ ids: [Int]) -> ObservedBackend {
        var backend = ObservedBackend(name: Build.backend("shop"), id: 2)
        for (index, id) in ids.enumerated() {
            let name = Build.server("old\(index)")
            backend.servers[name] = ObservedServer(name: name, id: id, endpoint: nil)
        }
        return backend
    }

    private func desired(_ servers: [DesiredServer] = []) -> DesiredBackend {
        Build.fleet(servers).backends[0]
    }

    @Test func `a free preferred id is taken`() {
        var ids = ServerIDs(desired(), backend([]))
        let id = ids.allocate(for: Build.path("a"))
        #expect(id == ServerIdentity.preferredID(of: Build.path("a")))
    }

    @Test func `an id equal in its 20 lowest bits counts as taken`() {
        let preferred = ServerIdentity.preferredID(of: Build.path("a"))
        var ids = ServerIDs(desired(), backend([preferred + 3 << 20]))
        let id = ids.allocate(for: Build.path("a"))
        #expect(id == ServerIdentity.nextID(after: preferred))
    }

    @Test func `an id that a document fixes for a new server is left to it`() {
        let preferred = ServerIdentity.preferredID(of: Build.path("a"))
        let fixed = Build.desired("b", [.id: .integer(preferred)])
        var ids = ServerIDs(desired([fixed]), backend([]))
        let id = ids.allocate(for: Build.path("a"))
        #expect(id == ServerIdentity.nextID(after: preferred))
    }

    @Test func `a new server takes the id it has on another proxy`() {
        var sibling = backend([])
        let name = Build.server("a")
        sibling.servers[name] = ObservedServer(name: name, id: 1 << 30 | 77, endpoint: nil)
        var ids = ServerIDs(desired(), backend([]), siblings: [backend([]), sibling])
        let id = ids.allocate(for: Build.path("a"))
        #expect(id == 77)
        var taken = ServerIDs(desired(), backend([77]), siblings: [sibling])
        let other = taken.allocate(for: Build.path("a"))
        #expect(other == ServerIdentity.preferredID(of: Build.path("a")))
    }

    @Test(arguments: Seed.runs(20))
    func `ids of a backend are never equal in the bits that make the ring`(seed: Seed) {
        var generator = seed.generator
        let existing = (0..<200).map { _ in Int.random(in: 1...1_048_575, using: &generator) }
        var ids = ServerIDs(desired(), backend(Array(Set(existing))))
        var rings = Set(existing)
        for index in 0..<400 {
            let id = ids.allocate(for: Build.path("s\(index)")) ?? 0
            #expect((1...ServerIdentity.idLimit).contains(id))
            let isNew = rings.insert(id).inserted
            #expect(isNew)
        }
    }
}
