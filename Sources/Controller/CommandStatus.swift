/// What `apus` tells the shell; stable, because pipelines branch on it.
package enum CommandStatus: Int32, Hashable, Sendable, CaseIterable {
    case ok = 0
    /// A mistake, or nothing could be done.
    case error = 1
    /// With `--detailed-exitcode`: there are changes (Terraform's convention).
    case changes = 2
    case deniedByPolicy = 3
    /// A saved plan no longer fits the proxies.
    case stalePlan = 4
    /// Some proxies were changed, others could not be.
    case partlyApplied = 5
    /// Somebody else is changing the fleet.
    case locked = 6
    /// Applied, but a proxy did not arrive at the desired state in time.
    case notConverged = 7
}

extension CommandStatus {
    /// What `apply` exits with after these fleets.
    package init(of outcomes: [FleetOutcome]) {
        let all = outcomes.flatMap(\.proxies.values)
        let results = Set(outcomes.map(\.result))
        if results.contains(.stale) {
            self = .stalePlan
        } else if results.contains(.failed) {
            self = all.contains(where: \.isConverged) ? .partlyApplied : .error
        } else {
            self = results.contains(.pending) ? .notConverged : .ok
        }
    }
}
