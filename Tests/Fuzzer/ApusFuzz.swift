import Foundation
import Fuzz
import Simulation
import Stage

/// `make fuzz`: mutated input for every reader, in a child that may crash; a crash is kept as a file.
///
/// `TARGET` names one reader (all by default), `SECONDS` how long each is fed (10), `SEED` the first seed.
@main enum ApusFuzz {
    private static let block: UInt64 = 2_000

    static func main() throws {
        let environment = ProcessInfo.processInfo.environment
        let arguments = CommandLine.arguments
        if arguments.count == 4, let target = FuzzTarget(rawValue: arguments[1]),
            let first = UInt64(arguments[2]), let count = UInt64(arguments[3])
        {
            return feed(target, first, count)
        }
        let name = environment["TARGET"] ?? ""
        let targets =
            name.isEmpty ? FuzzTarget.allCases : FuzzTarget.allCases.filter { $0.rawValue == name }
        guard !targets.isEmpty else {
            print(
                "no target '\(name)'; there are: \(FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))"
            )
            exit(1)
        }
        let seconds = environment["SECONDS"].flatMap { Double($0) } ?? 10
        let first = environment["SEED"].flatMap { UInt64($0) } ?? 1
        let crashes = try targets.reduce(0) { try $0 + run($1, seconds: seconds, from: first) }
        exit(crashes == 0 ? 0 : 1)
    }

    /// In the child: every input of a block of seeds.
    private static func feed(_ target: FuzzTarget, _ first: UInt64, _ count: UInt64) {
        let corpus = target.corpus
        for value in first..<first + count { target.run(Mutation.make(Seed(value), from: corpus)) }
    }

    /// Blocks of seeds until the time is over; returns how many crashed.
    private static func run(_ target: FuzzTarget, seconds: Double, from first: UInt64) throws -> Int
    {
        let start = ContinuousClock.now
        var next = first
        while ContinuousClock.now - start < .seconds(seconds) {
            if try crashes(target, next, block) {
                let seed = try narrow(target, next..<next + block)
                let input = Mutation.make(Seed(seed), from: target.corpus)
                print(
                    "\(target.rawValue): crash with SEED=\(seed), kept as \(try target.keep(input, seed: seed))"
                )
                return 1
            }
            next += block
        }
        print("\(target.rawValue): \(next - first) inputs from SEED=\(first) on, no crash")
        return 0
    }

    private static func crashes(_ target: FuzzTarget, _ first: UInt64, _ count: UInt64) throws
        -> Bool
    {
        var command = ChildProcess.Command(
            Programs.folder + "/apus-fuzz",
            [target.rawValue, "\(first)", "\(count)"]
        )
        // A trap would otherwise wait in the interactive backtracer.
        command.environment = ["SWIFT_BACKTRACE": "enable=no"]
        return try ChildProcess.run(command).status != 0
    }

    /// The first seed of a block that crashes by itself.
    private static func narrow(_ target: FuzzTarget, _ seeds: Range<UInt64>) throws -> UInt64 {
        var (low, high) = (seeds.lowerBound, seeds.upperBound)
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if try crashes(target, low, middle - low) { high = middle } else { low = middle }
        }
        return low
    }
}
