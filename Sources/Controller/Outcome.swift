package import Fleet
package import Model
package import Planning

/// What became of one proxy in one pass.
package enum ProxyOutcome: Hashable, Sendable {
    /// Observed, and a fresh plan was empty; `operations` is 0 where nothing had to be done.
    case converged(operations: Int, took: Duration)
    /// Changed as far as is safe now; a later pass goes on.
    case pending(String)
    /// The proxy refused something or did not do it, in its words and with the line that asked for it.
    case failed(String)
    /// The plan did not fit the proxy any more and nothing was sent.
    case stale(String)
    case unreachable(FleetError)
    /// Must not be changed by this fleet, e.g. because another owner claims it.
    case refused(String)
    /// Never started: the rollout was halted by another proxy's failure or a newer revision.
    case held

    package var isConverged: Bool {
        if case .converged = self { true } else { false }
    }

    /// Waiting alone, or a newer revision, brings it on.
    package var isPending: Bool {
        switch self {
        case .pending, .held: true
        default: false
        }
    }

    /// One line for a person; empty where all is well.
    package var message: String {
        switch self {
        case .converged: ""
        case .pending(let text), .failed(let text), .refused(let text): text
        case .stale(let text): "the plan is stale: \(text)"
        case .unreachable(let error): "\(error.tried): \(error.reason)"
        case .held: "held back: the rollout was halted"
        }
    }
}

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

/// What a pass tells while it runs; drawn as a bar, logged, or counted.
package enum PassEvent: Sendable {
    case started(ProxyName, operations: Int)
    case step(ProxyName, Step, StepReport.Result)
    case finished(ProxyName, ProxyOutcome)
    case soaking(Duration)
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
