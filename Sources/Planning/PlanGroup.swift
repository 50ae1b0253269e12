package import Model

/// Proxies of a fleet whose plans are step by step the same, which is all of them most of the time.
package struct PlanGroup: Hashable, Sendable {
    /// In the plan's order; at least one.
    package fileprivate(set) var proxies: [ProxyName]
    /// Not empty.
    package let steps: [Step]
    /// The steps taken together by object.
    package let entries: [PlanEntry]
}

extension Plan {
    /// Proxies that have something to do, grouped; in the order of each group's first.
    ///
    /// Compares rather than hashes: a plan may have 100,000 steps and a fleet 600 proxies, and two plans
    /// that differ mostly differ early.
    package var groups: [PlanGroup] {
        var groups: [PlanGroup] = []
        for proxy in proxies where !proxy.steps.isEmpty {
            if let index = groups.firstIndex(where: { $0.steps == proxy.steps }) {
                groups[index].proxies.append(proxy.proxy)
            } else {
                let entries = PlanEntry.entries(of: proxy.steps)
                groups.append(
                    PlanGroup(proxies: [proxy.proxy], steps: proxy.steps, entries: entries)
                )
            }
        }
        return groups
    }
}
