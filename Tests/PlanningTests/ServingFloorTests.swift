import Model
import Planning
import Testing

struct ServingFloorTests {
    /// Four servers of weight 1, of which one leaves.
    private func plan(minCapacity: Int) -> ProxyPlan {
        let names = ["a", "b", "c", "d"]
        let fleet = Build.fleet(names.enumerated().map { Build.desired($1, at: $0 + 1) }) {
            $0.minCapacity = minCapacity
        }
        let live = Build.converged(fleet, on: Build.proxy(Build.haproxy34))
        var next = fleet
        next.backends[0].servers.removeLast()
        return Planner.planProxy(next, observed: live)
    }

    @Test func `a backend that loses weight keeps its share of what was in service`() {
        let plan = plan(minCapacity: 70)
        #expect(!plan.steps.isEmpty)
        #expect(plan.floors == [ServingFloor(backend: Build.backend("shop"), weight: 3)])
    }

    @Test func `without a share to keep there is nothing to look at`() {
        #expect(plan(minCapacity: 0).floors == [])
    }
}
