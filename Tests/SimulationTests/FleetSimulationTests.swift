import SimulatedFleet
import Simulation
import Testing

struct FleetSimulationTests {
    @Test(arguments: Seed.runs(10))
    func `a fleet under faults loses no request, and converges once they stop`(seed: Seed) throws {
        let report = try FleetSimulation.run(seed)
        #expect(report.violation == nil, "\(report)")
    }

    /// Together with those of `ControllerSimulationTests` a thousand seeds.
    @Test(arguments: Seed.runs(730))
    func `a small fleet under faults loses no request, and converges once they stop`(
        seed: Seed
    ) throws {
        let report = try FleetSimulation.run(seed, size: .small)
        #expect(report.violation == nil, "\(report)")
    }

    @Test(arguments: Seed.runs(5)) func `a seed always tells the same story`(seed: Seed) throws {
        #expect(try FleetSimulation.run(seed).digest == FleetSimulation.run(seed).digest)
    }
}
