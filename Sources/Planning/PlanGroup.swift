package import Model

/// Proxies of a fleet whose plans are step by step the same, which is all of them most of the time.
package struct PlanGroup: Hashable, Sendable {
    /// In the plan's order; at least one.
    package let proxies: [ProxyName]
    /// Not empty.
    package let steps: [Step]
    /// The steps taken together by object.
    package let entries: [PlanEntry]
}

extension Plan {
    /// Proxies that have something to do, grouped; in the order of each group's first.
    package var groups: [PlanGroup] {
        alike.map { proxies, steps in
            PlanGroup(proxies: proxies, steps: steps, entries: PlanEntry.entries(of: steps))
        }
    }

    /// The same without the entries.
    ///
    /// Compares rather than hashes: a plan may have 100,000 steps and a fleet 600 proxies, and two plans
    /// that differ mostly differ early.
    var alike: [(proxies: [ProxyName], steps: [Step])] {
        var groups: [(proxies: [ProxyName], steps: [Step])] = []
        for proxy in proxies where !proxy.steps.isEmpty {
            if let index = groups.firstIndex(where: { $0.steps == proxy.steps }) {
                groups[index].proxies.append(proxy.proxy)
            } else {
                groups.append(([proxy.proxy], proxy.steps))
            }
        }
        return groups
    }
}
