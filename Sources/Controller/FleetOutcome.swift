package import Model
package import Planning

/// What became of one fleet in one pass.
package struct FleetOutcome: Sendable {
    package let fleet: FleetName
    package let revision: Revision
    package var proxies: [ProxyName: ProxyOutcome]
    package let took: Duration
    /// How far the waves came; nil when there was nobody to change.
    package var rollout: Rollout?

    package init(
        fleet: FleetName,
        revision: Revision,
        proxies: [ProxyName: ProxyOutcome],
        took: Duration,
        rollout: Rollout? = nil
    ) {
        self.fleet = fleet
        self.revision = revision
        self.proxies = proxies
        self.took = took
        self.rollout = rollout
    }

    /// The label of `apus_reconcile_total`.
    package enum Result: String, Hashable, Sendable, Codable, CaseIterable {
        case converged, pending, stale, failed
    }

    package var result: Result {
        let proxies = proxies.filter { !$0.value.isSuspended }
        if proxies.values.allSatisfy(\.isConverged) { return .converged }
        if proxies.values.contains(where: { if case .stale = $0 { true } else { false } }) {
            return .stale
        }
        return proxies.values.allSatisfy { $0.isConverged || $0.isPending } ? .pending : .failed
    }

    /// Why later waves were never begun, when that is not to be tried again by itself.
    package var finalHalt: Rollout.Halt? {
        rollout?.halted.flatMap { $0.isFinal ? $0 : nil }
    }

    /// Operations sent to proxies that converged.
    package var operations: Int {
        proxies.values.reduce(0) { sum, outcome in
            if case .converged(let operations, _) = outcome { sum + operations } else { sum }
        }
    }
}
