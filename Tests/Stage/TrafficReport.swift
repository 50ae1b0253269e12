/// What the clients saw so far.
package struct TrafficReport: Sendable {
    package var completed = 0
    /// Failed requests by reason.
    package var failures: [String: Int] = [:]
    /// Answers by target, then by the origin that gave them.
    package var answers: [[Int]] = []
    /// Answer times since the request was due; only at a given rate.
    package var latencies = LatencyHistogram()
    /// Microseconds that the clients and origins themselves worked; only when they spin.
    package var busy: Int64 = 0

    package var failed: Int { failures.values.reduce(0, +) }

    package init() {}

    /// What happened after `earlier` was taken.
    package func since(_ earlier: TrafficReport) -> TrafficReport {
        var difference = self
        difference.completed -= earlier.completed
        difference.latencies = latencies.since(earlier.latencies)
        difference.busy -= earlier.busy
        for (reason, count) in earlier.failures { difference.failures[reason, default: 0] -= count }
        difference.failures = difference.failures.filter { $0.value != 0 }
        for target in earlier.answers.indices {
            for origin in earlier.answers[target].indices {
                difference.answers[target][origin] -= earlier.answers[target][origin]
            }
        }
        return difference
    }

    /// Answers by origin, all targets together.
    package var answersByOrigin: [Int] {
        guard let first = answers.first else { return [] }
        return first.indices.map { origin in answers.reduce(0) { $0 + $1[origin] } }
    }
}
