import Model
import Planning
import Testing

@Suite struct ProxyPlanTests {
    private func step(_ id: Int, _ server: String, after: [Int] = []) -> Step {
        Step(
            id: id,
            change: .enableHealth(Build.path(server)),
            origin: Build.origin,
            after: after
        )
    }

    @Test func `what is left out takes what must follow it along, the rest is numbered anew`() {
        let plan = ProxyPlan(
            proxy: Build.name("lb1"),
            incarnation: Incarnation(pid: 1, startTime: 1),
            base: "old",
            steps: [
                step(1, "s1"), step(2, "s2"), step(3, "s2", after: [2]), step(4, "s1", after: [1]),
                step(5, "s3", after: [3, 4]), step(6, "s4", after: [4]),
            ]
        )
        let remark = Remark(.suspended, "by order")
        let rest = plan.omitting([2: remark], in: Build.proxy())
        #expect(rest.steps.map(\.id) == [1, 2, 3])
        #expect(rest.steps.map { $0.change.server?.server.text } == ["s1", "s1", "s4"])
        #expect(rest.steps.map(\.after) == [[], [1], [2]])
        #expect(rest.remarks == [remark])
        #expect(rest.base == Planner.baseDigest(of: rest.steps, in: Build.proxy()))
        #expect(plan.omitting([:], in: Build.proxy()) == plan)
    }
}
