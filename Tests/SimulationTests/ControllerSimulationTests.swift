import SimulatedFleet
import Simulation
import Testing

struct ControllerSimulationTests {
    @Test(arguments: Seed.runs(5))
    func `two controllers that are killed, stopped, suspended and out of disk converge`(
        seed: Seed
    ) throws {
        let report = try ControllerSimulation.run(seed)
        #expect(report.violation == nil, "\(report)")
    }

    @Test(arguments: Seed.runs(240))
    func `two controllers of a small fleet converge as well`(seed: Seed) throws {
        let report = try ControllerSimulation.run(seed, size: .small)
        #expect(report.violation == nil, "\(report)")
    }

    /// What the capacity floor keeps is in the ledger, which the plan that judges the end must know.
    @Test func `seed 54 - what the floor keeps back is no server that nobody declares`() throws {
        let report = try ControllerSimulation.run(Seed(54))
        #expect(report.violation == nil, "\(report)")
    }

    /// The one that held the lock stood still past the end of the faults.
    @Test(arguments: [1373, 1715, 1841, 1946].map(Seed.init))
    func `seeds in which a controller stands still past the last fault converge`(
        seed: Seed
    ) throws {
        let report = try ControllerSimulation.run(seed, size: .small)
        #expect(report.violation == nil, "\(report)")
    }

    /// A denied plan changed, and its new digest was told to nobody, so nobody could acknowledge it.
    @Test(arguments: [134, 157].map(Seed.init))
    func `seeds in which a kind is dropped end with somebody's word`(seed: Seed) throws {
        let report = try ControllerSimulation.run(seed, size: .small)
        #expect(report.violation == nil, "\(report)")
    }

    @Test(arguments: Seed.runs(2)) func `a seed always tells the same story`(seed: Seed) throws {
        #expect(
            try ControllerSimulation.run(seed).digest == ControllerSimulation.run(seed).digest
        )
    }
}
