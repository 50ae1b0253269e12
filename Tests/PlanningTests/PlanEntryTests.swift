import Model
import Planning
import Testing

@Suite struct PlanEntryTests {
    private func path(_ name: String) throws -> ServerPath {
        ServerPath(try BackendName("shop"), try ServerName(name))
    }

    private func entries(_ changes: [Change]) -> [PlanEntry] {
        let origin = Origin(file: "a.yaml", line: 1, column: 1)
        return PlanEntry.entries(
            of: changes.enumerated().map {
                Step(id: $0.offset + 1, change: $0.element, origin: origin)
            }
        )
    }

    @Test func `steps of one server are one entry`() throws {
        let (s1, s2) = (try path("s1"), try path("s2"))
        let endpoint = try #require(Endpoint("10.0.0.1:80"))
        let found = entries([
            .addServer(s1, id: 1, endpoint: endpoint, attributes: ServerAttributes()),
            .setAdmin(s2, from: .ready, to: .drain), .setAdmin(s1, from: .maint, to: .ready),
            .deleteServer(s2),
        ])
        #expect(found.map(\.action) == [.add, .remove])
        #expect(found.map(\.brief) == ["+ shop/s1 10.0.0.1:80", "- shop/s2 drain, delete"])
    }

    @Test func `deleted and added again is replaced`() throws {
        let s1 = try path("s1")
        let endpoint = try #require(Endpoint("10.0.0.1:80"))
        let add = Change.addServer(s1, id: 1, endpoint: endpoint, attributes: ServerAttributes())
        #expect(entries([.deleteServer(s1), add]).map(\.action) == [.replace])
    }

    @Test func `a server that waits to become removable is leaving`() throws {
        let wait = Change.awaitRemovable(try path("s1"), within: Milliseconds(1000))
        #expect(entries([wait]).map(\.action) == [.remove])
    }

    @Test func `drained and made ready again is no change of state`() throws {
        let s1 = try path("s1")
        let found = entries([
            .setAdmin(s1, from: .ready, to: .drain), .setMaxconn(s1, from: 5, to: 6),
            .setAdmin(s1, from: .drain, to: .ready),
        ])
        #expect(found.map(\.brief) == ["~ shop/s1 maxconn 5 → 6 (drained meanwhile)"])
    }
}
