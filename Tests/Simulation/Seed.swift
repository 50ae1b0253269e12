import FoundationEssentials

/// A seed of a property test: `@Test(arguments: Seed.runs)`, and the runner names the one that failed.
package struct Seed: Hashable, Sendable, CustomStringConvertible {
    package let value: UInt64

    package init(_ value: UInt64) { self.value = value }

    /// How to run this seed alone again.
    package var description: String { "SEED=\(value)" }

    /// Starts the same sequence every time.
    package var generator: SeededGenerator { SeededGenerator(seed: value) }

    /// Seeds 1 to 100, or as the environment says.
    package static var runs: [Seed] { runs(100) }

    /// `count` seeds from 1 on; `SEED=` alone gives that one, `RUNS=` gives so many from `SEED` (or 1) on.
    package static func runs(_ count: Int) -> [Seed] {
        let environment = ProcessInfo.processInfo.environment
        let first = environment["SEED"].flatMap { UInt64($0) }
        let runs = environment["RUNS"].flatMap { Int($0) } ?? (first == nil ? count : 1)
        return (0..<UInt64(max(0, runs))).map { Seed((first ?? 1) &+ $0) }
    }
}
