import SimulatedFleet
import Simulation
import Testing

struct FleetSimulationTests {
    @Test(arguments: Seed.runs(50))
    func `a fleet under faults loses no request, and converges once they stop`(seed: Seed) throws {
        let report = try FleetSimulation.run(seed)
        #expect(report.violation == nil, "\(report)")
    }

    @Test(arguments: Seed.runs(5)) func `a seed always tells the same story`(seed: Seed) throws {
        #expect(try FleetSimulation.run(seed).digest == FleetSimulation.run(seed).digest)
    }
}
