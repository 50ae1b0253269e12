/// What became of one proxy's plan.
package struct ApplyOutcome: Hashable, Sendable {
    /// Why the applier stopped.
    package enum Ending: Hashable, Sendable {
        /// Every step is done.
        case complete
        /// Some steps failed, expired, were deferred or skipped; the rest is done.
        case partial
        /// The plan does not fit this proxy any more, and nothing was sent; says what moved.
        case stale(String)
        /// The proxy could not be reached or was lost; results of steps under way are unknown.
        case lost(FleetError)
    }

    package let ending: Ending
    /// One a step, in the order of the plan.
    package let results: [StepReport]

    package init(ending: Ending, results: [StepReport]) {
        self.ending = ending
        self.results = results
    }

    /// Every step is done.
    package var isComplete: Bool { ending == .complete }
}

/// What became of one step.
package struct StepReport: Hashable, Sendable {
    /// How far the step came.
    package enum Result: Hashable, Sendable {
        case done
        /// The proxy refused, in its words.
        case failed(FleetError)
        /// What was awaited did not come in time; the text says what was seen last.
        case expired(String)
        /// Sessions are still there; a later pass goes on.
        case deferred(String)
        /// A step it must come after was not done.
        case skipped(after: Int)
        /// Sent, but the reply was lost; observe again.
        case unknown
        /// Never sent because the proxy was lost before.
        case notReached
    }

    /// `Step.id`.
    package let step: Int
    package let result: Result

    package init(step: Int, result: Result) {
        self.step = step
        self.result = result
    }
}
