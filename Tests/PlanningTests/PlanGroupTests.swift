import Model
import Planning
import Testing

@Suite struct PlanGroupTests {
    private func proxy(_ name: String, weight: Int?) throws -> ProxyPlan {
        let path = ServerPath(try BackendName("shop"), try ServerName("s1"))
        let origin = Origin(file: "a.yaml", line: 1, column: 1)
        let steps = try weight.map { value in
            let change = Change.setWeight(path, from: .one, to: try #require(Weight(value)))
            return [Step(id: 1, change: change, origin: origin)]
        }
        return ProxyPlan(
            proxy: try ProxyName(name),
            incarnation: Incarnation(pid: 1, startTime: 1),
            base: "",
            steps: steps ?? []
        )
    }

    @Test func `proxies with equal steps are one group, those without are none`() throws {
        let proxies = try [
            proxy("lb1", weight: 5), proxy("lb2", weight: 9), proxy("lb3", weight: nil),
            proxy("lb4", weight: 5),
        ]
        let plan = Plan(
            revision: Revision(commit: "c", tree: "t"),
            fleet: try FleetName("edge"),
            proxies: proxies
        )
        #expect(plan.groups.map { $0.proxies.map(\.text) } == [["lb1", "lb4"], ["lb2"]])
        #expect(plan.groups.allSatisfy { $0.entries.count == 1 })
    }
}
