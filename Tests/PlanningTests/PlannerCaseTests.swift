import Simulation
import Testing

/// One folder for each rule of the planner: a repository and a real proxy's transcript in, the plan out.
struct PlannerCaseTests {
    @Test(arguments: PlannerCase.all)
    func `a repository and a proxy give this plan`(example: PlannerCase) async throws {
        let text = try await example.text()
        #expect(Golden.difference(of: text, from: example.golden) == nil)
    }

    @Test func `every rule has its case`() {
        #expect(PlannerCase.all.count >= 28)
    }
}
