/// A condition that a step awaits.
struct StepWait {
    enum Kind: Hashable {
        /// Time passes.
        case grace
        /// The proxy shows the new address.
        case address
        /// A check that is under way ends, so that it cannot count for the new address.
        case settling
        /// Checks say up.
        case up
        /// No connection is left.
        case removable
        /// The same, after the sessions were shut down.
        case removableByForce
        /// A transaction of certificates does not move.
        case resting
        /// `del server` was refused for connections that are about to go.
        case deletion
    }

    let step: Int
    /// When the wait began, on the run's stopwatch.
    let since: Duration
    var kind: Kind
}
