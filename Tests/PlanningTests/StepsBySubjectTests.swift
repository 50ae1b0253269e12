import Model
import Testing

@testable import Planning

struct StepsBySubjectTests {
    private func steps(_ changes: [Change]) -> [Step] {
        changes.enumerated().map { Step(id: $0 + 1, change: $1, origin: Build.origin) }
    }

    private func add(_ name: String) -> Change {
        let endpoint = Build.endpoint(1)
        return .addServer(
            Build.path(name),
            id: 1,
            endpoint: endpoint,
            attributes: ServerAttributes()
        )
    }

    @Test func `an object is where it is first touched, and spans all its steps`() {
        let (a, b) = (Build.path("a"), Build.path("b"))
        let objects = StepsBySubject(
            steps([
                .setAdmin(a, from: .ready, to: .maint), .deleteServer(b), .deleteServer(a),
                add("a"),
            ])
        )
        #expect(objects.groups.map(\.subject) == [.server(a), .server(b)])
        #expect(objects.groups.map(\.action) == [.replace, .remove])
        #expect(objects.groups.map(\.first) == [0, 1])
        #expect(objects.groups.map(\.count) == [3, 1])
        #expect(objects.places == [0, 1, 0, 0])
    }

    @Test func `a server that comes and goes leaves nothing`() {
        let objects = StepsBySubject(steps([add("a"), .deleteServer(Build.path("a"))]))
        #expect(objects.passing == [.server(Build.path("a"))])
    }

    @Test func `a summary counts objects as the entries do`() throws {
        let steps = steps([
            add("a"), add("b"), .deleteServer(Build.path("b")), .deleteServer(Build.path("c")),
        ])
        let proxy = ProxyPlan(
            proxy: Build.name("lb1"),
            incarnation: Incarnation(pid: 1, startTime: 1),
            base: "",
            steps: steps
        )
        let revision = Revision(commit: "c", tree: "t")
        let plan = Plan(revision: revision, fleet: Build.name("edge"), proxies: [proxy])
        let summary = PlanSummary(of: [plan])
        #expect(
            summary.description == "1 to add, 0 to change, 1 to remove on 1 proxy (4 operations)"
        )
        #expect(PlanEntry.entries(of: steps).map(\.action) == [.add, .remove])
    }
}
