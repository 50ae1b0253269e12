package import Model

/// What became of one fleet in one pass.
package struct FleetOutcome: Hashable, Sendable {
    package let fleet: FleetName
    package let revision: Revision
    package var proxies: [ProxyName: ProxyOutcome]
    package let took: Duration

    package init(
        fleet: FleetName,
        revision: Revision,
        proxies: [ProxyName: ProxyOutcome],
        took: Duration
    ) {
        self.fleet = fleet
        self.revision = revision
        self.proxies = proxies
        self.took = took
    }

    /// The label of `apus_reconcile_total`.
    package enum Result: String, Hashable, Sendable, Codable, CaseIterable {
        case converged, pending, stale, failed
    }

    package var result: Result {
        if proxies.values.allSatisfy(\.isConverged) { return .converged }
        if proxies.values.contains(where: { if case .stale = $0 { true } else { false } }) {
            return .stale
        }
        return proxies.values.allSatisfy { $0.isConverged || $0.isPending } ? .pending : .failed
    }

    /// Operations sent to proxies that converged.
    package var operations: Int {
        proxies.values.reduce(0) { sum, outcome in
            if case .converged(let operations, _) = outcome { sum + operations } else { sum }
        }
    }
}
