import PlanReplay
import PlanSearch
import Simulation
import Testing

struct SearchTrialTests {
    @Test(arguments: Seed.runs(60))
    func `no safe list is cheaper than the planner's, and the planner's is safe`(seed: Seed) {
        let trial = SearchTrial(seed)
        #expect(trial.complaint == nil, "\(trial.details)")
    }

    @Test func `the worlds are large enough to mean something`() {
        let trials = (1...20).map { SearchTrial(Seed($0)) }
        #expect(trials.allSatisfy { $0.world.servers.count >= 3 && $0.world.backends.count == 2 })
        #expect(trials.count { $0.plan.cost.operations >= 6 } > 10)
    }
}
