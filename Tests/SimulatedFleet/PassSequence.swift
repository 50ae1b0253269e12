import Model
import Planning
import Simulation

/// Repeats passes until the fleet has converged for good.
struct PassSequence {
    let scenario: Scenario
    let clock: SimulatedClock
    let board: PassBoard
    var controller: SimulatedController
    var generator: SeededGenerator

    /// Where a fleet came to rest.
    struct Rest: Sendable {
        let observed: [ObservedProxy]
        /// The planner leaves something for later, e.g. because capacity would fall below the floor.
        let isPostponed: Bool
    }

    /// Returns what every proxy runs once it is quiet and two passes in a row found nothing to do.
    mutating func converge() async throws -> Rest {
        var idlePasses = 0
        var isPostponed = false
        // Where Apus has never been it leaves alone what others made; the pass after that may remove it.
        var leftAlone = false
        while idlePasses < 2 {
            let begun = clock.now.sinceStart
            let (number, desired) = board.begin()
            let result = await SimulatedNetwork.$pass.withValue(number) {
                await controller.pass(number, desired)
            }
            board.end()
            isPostponed = result.remarks.contains { $0.kind == .postponed }
            // What a pass saw before it got quiet, it may have seen before somebody changed it.
            let isQuiet = begun >= scenario.quiet && desired == board.desired
            if idlePasses == 1, isQuiet, result.steps > 0, !leftAlone {
                throw InvariantViolation(
                    "pass \(number) found \(result.steps) steps although the pass before found none"
                )
            }
            leftAlone = result.remarks.contains { $0.kind == .unmanaged }
            idlePasses = result.isIdle && isQuiet ? idlePasses + 1 : 0
            if clock.now.sinceStart > scenario.quiet + scenario.patience {
                throw InvariantViolation("not converged \(scenario.patience) after it got quiet")
            }
            try await pause()
        }
        // A server that was made ready at the very end has to pass its checks before anyone judges.
        try await clock.sleep(for: .seconds(15))
        let observed = await controller.observe(board.desired.fleets[0])
        return Rest(observed: observed, isPostponed: isPostponed)
    }

    private mutating func pause() async throws {
        let pause = Int.random(in: 200...6000, using: &generator)
        try await clock.sleep(for: .milliseconds(pause))
    }
}
