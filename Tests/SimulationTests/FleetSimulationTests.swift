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

    /// A check of the old address, under way when it changed, brought the server up at the new one.
    @Test(arguments: [5709, 7571].map(Seed.init))
    func `seeds in which an address changes under a check send nobody there unchecked`(
        seed: Seed
    ) throws {
        let report = try FleetSimulation.run(seed)
        #expect(report.violation == nil, "\(report)")
    }

    /// Capacity was measured before the workers had seen a change by hand.
    @Test(arguments: [1527, 1654].map(Seed.init))
    func `seeds in which a hand changes a fleet in mid-pass keep the floor`(seed: Seed) throws {
        let report = try FleetSimulation.run(seed, size: .small)
        #expect(report.violation == nil, "\(report)")
    }

    /// Where Apus has never been it leaves alone what others made, and removes it with the apply after that.
    @Test func `seed 4709 - the second apply removes what the first leaves alone`() throws {
        let report = try FleetSimulation.run(Seed(4709), size: .small)
        #expect(report.violation == nil, "\(report)")
    }

    @Test(arguments: Seed.runs(5)) func `a seed always tells the same story`(seed: Seed) throws {
        #expect(try FleetSimulation.run(seed).digest == FleetSimulation.run(seed).digest)
    }
}
