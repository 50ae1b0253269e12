package import Fleet
package import Model
package import Planning

/// What a pass tells while it runs; drawn as a bar, logged, or counted.
package enum PassEvent: Sendable {
    case started(ProxyName, operations: Int)
    case step(ProxyName, Step, StepReport.Result)
    case finished(ProxyName, ProxyOutcome)
    case soaking(Duration)
    /// A wave made things worse than its budget allows: no other wave begins.
    case unhealthy(String)
}
