import ArgumentParser
import SimulatedFleet
import Simulation

/// `make simulate`: runs seeds one after the other, says what they came to, and fails on a violation.
@main
struct ApusSimulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apus-simulate",
        abstract: "Simulated fleets under faults: one seed is one story, always the same."
    )

    @Option(help: "The first seed.")
    var seed: UInt64 = 1

    @Option(help: "How many seeds.")
    var runs: Int = 1

    @Flag(
        help: "Two controllers with their loops and state file instead of one sequence of passes."
    )
    var controllers = false

    @Option(help: "How much one seed simulates: full or small.")
    var size = Scenario.Size.full

    func run() throws {
        let clock = ContinuousClock()
        let start = clock.now
        var summary = Summary()
        for offset in 0..<UInt64(max(0, runs)) {
            let seed = Seed(seed &+ offset)
            let report =
                try controllers
                ? ControllerSimulation.run(seed, size: size)
                : FleetSimulation.run(seed, size: size)
            summary.add(report)
            if report.violation != nil || runs == 1 { print(report) }
        }
        print("seeds \(seed)...\(seed &+ UInt64(max(1, runs)) - 1): \(summary)")
        print("in \(start.duration(to: clock.now))")
        if summary.violations > 0 { throw ExitCode.failure }
    }
}

extension Scenario.Size: ExpressibleByArgument {}

/// What all seeds of a run came to together.
private struct Summary: CustomStringConvertible {
    private(set) var violations = 0
    private var passes = 0
    private var writes = 0
    private var requests = 0
    /// Equal for two runs of the same seeds, or something but the seed decides.
    private var digest: UInt64 = 0

    mutating func add(_ report: SimulationReport) {
        violations += report.violation == nil ? 0 : 1
        passes += report.passes
        writes += report.writes
        requests += report.requests
        digest = digest &* 31 &+ report.digest
    }

    var description: String {
        "\(violations) violations, \(passes) passes, \(writes) writes, \(requests) requests,"
            + " digest \(String(digest, radix: 16))"
    }
}
