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
        /// Other proxies of the fleet: a new server takes the id it has there, if that is free.
        package var siblings: [ObservedProxy] = []
        /// Claim proxies that another owner claimed (`--take-over`).
        package var takesOver = false
        /// Replace servers added at runtime by others, so that they get our ids and marks (`apus adopt`).
        package var adopts = false

        package init() {}
    }

    /// One plan for the whole fleet; a proxy that could not be observed is simply not among `observed`.
    package static func plan(
        _ fleet: DesiredFleet,
        revision: Revision,
        observed: [ObservedProxy],
        options: Options = Options()
    ) -> Plan {
        let warnings = ringWarnings(fleet, observed)
        let ordered = observed.sorted { $0.name < $1.name }
        var alike = AlikeProxies()
        let proxies = ordered.enumerated().map { index, proxy in
            var options = options
            // A few are enough: ids differ only where names collided before.
            options.siblings += ordered.lazy.filter { $0.name != proxy.name }.prefix(siblingCount)
            // The first ones are each other's siblings; all that follow have the same.
            if index >= siblingCount, let plan = alike.plan(for: proxy) { return plan }
            var plan = planProxy(fleet, observed: proxy, options: options)
            plan.remarks += warnings
            if index >= siblingCount { alike.remember(plan, of: proxy) }
            return plan
        }
        return Plan(revision: revision, fleet: fleet.name, proxies: proxies)
    }

    private static let siblingCount = 3

    /// The plan for one proxy alone, e.g. to restore one that restarted.
    package static func planProxy(
        _ fleet: DesiredFleet,
        observed: ObservedProxy,
        options: Options = Options()
    ) -> ProxyPlan {
        var planner = ProxyPlanner(fleet, observed, options: options)
        return planner.plan()
    }

    /// A digest over the observed fields of the objects that have steps: equal means the plan still fits.
    ///
    /// Operational state (health, sessions) is not in it; it moves by itself.
    package static func baseDigest(of steps: [Step], in observed: ObservedProxy) -> String {
        BaseDigest.of(steps, in: observed)
    }

    /// A fleet that mixes ring generations sends one key to different servers, whatever the ids.
    private static func ringWarnings(_ fleet: DesiredFleet, _ observed: [ObservedProxy]) -> [Remark]
    {
        guard Set(observed.map(\.capabilities.ring)).count > 1 else { return [] }
        return fleet.backends.filter { $0.boot?.usesConsistentHash == true }.map { backend in
            let message =
                "backend \(backend.name) hashes consistently by id, and this fleet mixes proxies "
                + "that place ids differently (HAProxy 3.0 to 3.2 and others): keys will not agree"
            return Remark(.warning, message, origin: backend.origin)
        }
    }
}

/// Plans of proxies that other proxies run exactly alike.
///
/// Observers give proxies that run the same the same objects, which are quick to compare.
private struct AlikeProxies {
    /// Whoever differs from all of these is planned by itself.
    private static let limit = 8
    private var plans: [(proxy: ObservedProxy, plan: ProxyPlan)] = []

    mutating func remember(_ plan: ProxyPlan, of proxy: ObservedProxy) {
        if plans.count == Self.limit { plans.removeFirst() }
        plans.append((proxy, plan))
    }

    func plan(for proxy: ObservedProxy) -> ProxyPlan? {
        guard let entry = plans.last(where: { $0.proxy.runsLike(proxy) }) else { return nil }
        var plan = ProxyPlan(
            proxy: proxy.name,
            incarnation: proxy.incarnation,
            base: entry.plan.base,
            steps: entry.plan.steps,
            remarks: entry.plan.remarks
        )
        plan.floors = entry.plan.floors
        plan.hidden = entry.plan.hidden
        return plan
    }
}

extension ObservedProxy {
    /// Everything but which proxy it is.
    fileprivate func runsLike(_ other: ObservedProxy) -> Bool {
        capabilities == other.capabilities && backends == other.backends && maps == other.maps
            && acls == other.acls && limits == other.limits && certificates == other.certificates
    }
}
