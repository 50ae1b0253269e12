package import Model

/// How one proxy fares: which servers are down and how many requests failed so far.
package struct HealthSample: Hashable, Sendable {
    /// One backend's numbers.
    package struct Backend: Hashable, Sendable {
        package var servers = 0
        package var down: Set<ServerName> = []
        /// Since the process began.
        package var requests = 0
        /// Failed connections and responses and status 5xx, since the process began.
        package var errors = 0

        package init() {}
    }

    package var backends: [BackendName: Backend] = [:]

    package init() {}
}

/// Decides whether a wave made things worse than its budget allows.
package enum HealthGate {
    /// Fewer requests than this since the wave say nothing about errors.
    static let leastRequests = 20

    /// Says what is worse on one proxy than the budget allows, or nil.
    package static func excess(
        before: HealthSample,
        after: HealthSample,
        budget: HealthBudget
    ) -> String? {
        for (name, now) in after.backends.sorted(by: { $0.key < $1.key }) {
            let then = before.backends[name] ?? HealthSample.Backend()
            let fallen = now.down.subtracting(then.down)
            if fallen.count > budget.serversDown.amount(of: now.servers) {
                return "\(fallen.count) of \(now.servers) servers of \(name) went down "
                    + "(\(fallen.sorted().prefix(3).map(\.text).joined(separator: ", "))), "
                    + "the budget is \(budget.serversDown)"
            }
            if let words = errors(of: name, then, now, budget.errors) { return words }
        }
        return nil
    }

    private static func errors(
        of name: BackendName,
        _ then: HealthSample.Backend,
        _ now: HealthSample.Backend,
        _ budget: Quota
    ) -> String? {
        // Counters that ran backwards belong to another process, which is judged by its servers alone.
        let requests = now.requests - then.requests
        let errors = now.errors - then.errors
        guard requests >= leastRequests, errors > 0 else { return nil }
        let former = then.requests > 0 ? then.errors * requests / then.requests : 0
        guard errors - former > budget.amount(of: requests) else { return nil }
        return "\(errors) of \(requests) requests to \(name) failed since the wave, "
            + "the budget is \(budget)"
    }
}
