package import Fleet

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
    /// Somebody ordered that it, or a part of it, is left alone; the rest is as desired.
    case suspended(String)
    /// Never started: the rollout was halted by another proxy's failure or a newer revision.
    case held

    package var isConverged: Bool {
        if case .converged = self { true } else { false }
    }

    /// Left alone by order, which is nobody's failure.
    package var isSuspended: Bool {
        if case .suspended = self { true } else { false }
    }

    /// Waiting alone, or a newer revision, brings it on.
    package var isPending: Bool {
        switch self {
        case .pending, .held: true
        default: false
        }
    }

    /// One word for history.
    package var label: String {
        switch self {
        case .converged: "converged"
        case .pending: "pending"
        case .failed: "failed"
        case .stale: "stale"
        case .unreachable: "unreachable"
        case .refused: "refused"
        case .suspended: "suspended"
        case .held: "held"
        }
    }

    /// One line for a person; empty where all is well.
    package var message: String {
        switch self {
        case .converged: ""
        case .pending(let text), .failed(let text), .refused(let text): text
        case .suspended(let text): "suspended: \(text)"
        case .stale(let text): "the plan is stale: \(text)"
        case .unreachable(let error): "\(error.tried): \(error.reason)"
        case .held: "held back: the rollout was halted"
        }
    }
}
