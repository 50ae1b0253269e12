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

    @Test(arguments: Seed.runs(2)) func `a seed always tells the same story`(seed: Seed) throws {
        #expect(
            try ControllerSimulation.run(seed).digest == ControllerSimulation.run(seed).digest
        )
    }
}
