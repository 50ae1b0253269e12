package import Simulation

/// What one seed came to.
package struct SimulationReport: Sendable, CustomStringConvertible {
    package let seed: Seed
    /// Nil when nothing happened that must never happen.
    package let violation: String?
    /// The last events, oldest first.
    package let trace: [String]
    /// Of all events: equal for equal seeds.
    package let digest: UInt64
    package let passes: Int
    package let requests: Int
    package let writes: Int
    /// Simulated time until it converged, and when it got quiet.
    package let duration: Duration
    package let quiet: Duration

    /// One line, and for a violation what led to it and how to see it again.
    package var description: String {
        let summary =
            "\(seed) passes \(passes) writes \(writes) requests \(requests)"
            + " converged \(duration - quiet) after quiet, digest \(String(digest, radix: 16))"
        guard let violation else { return summary }
        return """
            \(summary)
            VIOLATION: \(violation)
            last events:
              \(trace.joined(separator: "\n  "))
            again: make simulate \(seed)
            """
    }
}
