package import Model
package import Planning

/// What the policies say of a plan: the one place where a plan can be stopped before it reaches a proxy.
///
/// There are no policies yet, so everything is allowed.
package enum Verdict: Hashable, Sendable {
    case allowed
    case denied([Diagnostic])

    /// Judges the plan of one fleet.
    package static func judge(_ plan: Plan) -> Verdict { .allowed }
}
