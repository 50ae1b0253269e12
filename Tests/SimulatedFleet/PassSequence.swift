import Model
import Planning
import Simulation
import Synchronization

/// Repeats passes until the fleet has converged for good.
final class PassSequence: Sendable {
    private let scenario: Scenario
    private let controller: SimulatedController
    private let board: PassBoard
    private let generator: Mutex<SeededGenerator>

    init(
        scenario: Scenario,
        controller: SimulatedController,
        board: PassBoard,
        generator: SeededGenerator
    ) {
        self.scenario = scenario
        self.controller = controller
        self.board = board
        self.generator = Mutex(generator)
    }

    /// Where a fleet came to rest.
    struct Rest: Sendable {
        let observed: [ObservedProxy]
        /// The planner leaves something for later, e.g. because capacity would fall below the floor.
        let isPostponed: Bool
    }

    /// Returns what every proxy runs once it is quiet and two passes in a row found nothing to do.
    func converge() async throws -> Rest {
        var applied: DesiredFleet?
        var idlePasses = 0
        var isPostponed = false
        while idlePasses < 2 {
            let (number, desired) = board.begin()
            let result = await SimulatedNetwork.$pass.withValue(number) {
                await controller.pass(number, desired, previous: applied)
            }
            board.end()
            isPostponed = result.remarks.contains { $0.kind == .postponed }
            let isIdle = result.isComplete && result.steps == 0
            if isIdle { applied = desired.fleets[0] }
            let isQuiet =
                controller.clock.now.sinceStart >= scenario.quiet && desired == board.desired
            if idlePasses == 1, isQuiet, result.steps > 0 {
                throw InvariantViolation(
                    "pass \(number) found \(result.steps) steps although the pass before found none"
                )
            }
            idlePasses = isIdle && isQuiet ? idlePasses + 1 : 0
            if controller.clock.now.sinceStart > scenario.quiet + scenario.patience {
                throw InvariantViolation("not converged \(scenario.patience) after it got quiet")
            }
            try await pause()
        }
        let observed = await controller.observe(board.desired.fleets[0])
        return Rest(observed: observed, isPostponed: isPostponed)
    }

    private func pause() async throws {
        let pause = generator.withLock { Int.random(in: 100...2000, using: &$0) }
        try await controller.clock.sleep(for: .milliseconds(pause))
    }
}
