package import Model

/// What the loop knows, as `/api/v1/status` tells it; version 1 only ever gains keys.
package struct Status: Hashable, Sendable, Codable {
    /// After Flux: is it as it should be, on its way, or stuck.
    package enum Condition: String, Hashable, Sendable, Codable { case ready, reconciling, stalled }

    /// One fleet.
    package struct Fleet: Hashable, Sendable, Codable {
        package let name: FleetName
        package var condition = Condition.reconciling
        /// Why it is stalled or what it waits for; empty when ready.
        package var message = ""
        /// The revision that the last pass tried.
        package var attempted: Revision?
        /// The revision that was last confirmed on every proxy.
        package var applied: Revision?
        /// Sorted by name.
        package var proxies: [Proxy] = []
        /// The last five passes that did something, newest first.
        package var outcomes: [Pass] = []
        /// Differences that nobody committed and that were put right, since the start.
        package var driftRepaired = 0
    }

    /// One proxy.
    package struct Proxy: Hashable, Sendable, Codable {
        package let name: ProxyName
        package let runtime: String
        /// The last look found nothing to do.
        package var isInSync = false
        package var message = ""
        package var incarnation: Incarnation?
        /// The revision that was last confirmed here.
        package var applied: Revision?
        /// Nil when it is not left alone after failures.
        package var retryInMilliseconds: Int?
    }

    /// One pass that did something.
    package struct Pass: Hashable, Sendable, Codable {
        package let revision: Revision
        package let result: FleetOutcome.Result
        package let operations: Int
        package let milliseconds: Int
    }

    package var repository: String
    package var ref: String
    /// The socket on which the controller hears of pushes and orders.
    package var trigger: String?
    /// The newest revision that was seen, good or bad.
    package var seen: Revision?
    /// The newest revision without mistakes; what proxies are kept at.
    package var good: Revision?
    /// Why the repository cannot be read now; the last good revision stands.
    package var sourceError: String?
    /// Mistakes in the newest revision.
    package var diagnostics: [Diagnostic] = []
    /// Sorted by name.
    package var fleets: [Fleet] = []
}
