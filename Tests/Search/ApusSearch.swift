import ArgumentParser
import PlanReplay
import PlanSearch
import Simulation

/// `make search`: plans small random worlds and looks in each for a cheaper safe list.
@main
struct ApusSearch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apus-search",
        abstract: "Looks exhaustively for lists of operations that are cheaper than the planner's."
    )

    @Option(help: "The first seed.")
    var seed: UInt64 = 1

    @Option(help: "How many seeds.")
    var runs: Int = 10_000

    func run() throws {
        let clock = ContinuousClock()
        let start = clock.now
        var tally = SearchTally()
        for offset in 0..<UInt64(max(0, runs)) {
            let trial = SearchTrial(Seed(seed &+ offset))
            tally.add(trial)
            if let words = trial.complaint { print("\(trial.seed): \(words)\n\(trial.details)") }
        }
        print("seeds \(seed)...\(seed &+ UInt64(max(1, runs)) - 1)")
        print(tally)
        print("in \(start.duration(to: clock.now))")
        if tally.complaints > 0 { throw ExitCode.failure }
    }
}
