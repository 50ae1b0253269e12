package import Model

/// One pass over a fleet that changed something or tried to, as history keeps it.
package struct PassRecord: Hashable, Sendable, Codable, Identifiable {
    /// Why the pass was made.
    package enum Cause: String, Hashable, Sendable, Codable {
        /// A new revision, or one that was not done yet.
        case revision
        /// Differences that nobody committed.
        case drift
        /// A proxy restarted and was given what it had.
        case restore
        /// Somebody ran `apus apply`.
        case apply
        /// A pinned revision, or back to the one before a halt.
        case rollback
    }

    /// How the pass ended.
    package enum Result: String, Hashable, Sendable, Codable {
        case converged, pending, stale, failed
        /// A budget was exceeded, so later waves were never begun.
        case halted
        /// Ended early for something newer.
        case superseded
        /// The process that made it died before its end.
        case interrupted
    }

    /// What one proxy was sent.
    package struct Application: Hashable, Sendable, Codable {
        package let proxy: ProxyName
        package let operations: Int
        package let begun: Int
        package let ended: Int?
        package let outcome: String?
        package let message: String
    }

    /// What one pass asked of one proxy; `result` is nil for what was done.
    package struct Operation: Hashable, Sendable, Codable {
        package let proxy: ProxyName
        package let step: Int
        package let change: String
        package let origin: String
        package let result: String?
    }

    /// Zero until it is written.
    package var id: Int = 0
    package let fleet: FleetName
    package let revision: Revision
    package let cause: Cause
    package let actor: String
    /// Digest of the plan; empty where it was not computed.
    package var plan = ""
    /// The plan in a line.
    package var summary = ""
    package var begun = 0
    package var ended: Int?
    package var result: Result?
    /// Sent to proxies that converged.
    package var operations = 0
    package var message = ""

    package init(fleet: FleetName, revision: Revision, cause: Cause, actor: String) {
        self.fleet = fleet
        self.revision = revision
        self.cause = cause
        self.actor = actor
    }
}

extension PassRecord.Result {
    /// What a pass that ran to its end came to.
    package init(_ result: FleetOutcome.Result) {
        self =
            switch result {
            case .converged: .converged
            case .pending: .pending
            case .stale: .stale
            case .failed: .failed
            }
    }
}
