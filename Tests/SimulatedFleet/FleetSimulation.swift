import Controller
import Model
package import Simulation

/// A whole fleet in one process for one seed: people push, the network fails, proxies die, clients send.
///
/// During the first part anything may happen; then it is quiet, and the fleet must converge. The proxies
/// are the real runtime service and table, the controller is the real observer, planner and applier.
package enum FleetSimulation {
    /// Runs the seed to its end and tells what happened.
    package static func run(
        _ seed: Seed,
        size: Scenario.Size = .full
    ) throws -> SimulationReport {
        let world = try SimulatedWorld(seed: seed, size: size, requestInterval: .milliseconds(150))
        world.trace.note(world.scenario.description)
        world.startServers(of: world.board.desired)
        world.scheduleCommits { _ in }
        world.scheduleMeddling()
        world.scheduleRestarts()
        let passes = PassSequence(
            scenario: world.scenario,
            clock: world.clock,
            board: world.board,
            controller: SimulatedController(
                reconciliation: Reconciliation(transport: world.network, clock: world.clock),
                trace: world.trace
            ),
            generator: world.fork()
        )
        let violation = world.play(reserve: .seconds(120)) {
            var passes = passes
            return try await passes.converge()
        }
        return world.report(violation, passes: world.board.passes)
    }
}
