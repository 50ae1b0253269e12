package import Model

/// What must be read from a proxy before a plan for it can be made.
///
/// Servers of every backend are always read, since they come with one command; maps only by name.
package struct ObservationScope: Hashable, Sendable {
    /// Maps whose entries are needed, sorted by name.
    package let maps: [PatternFileName]

    /// ACL files whose patterns are needed, sorted by name.
    package let lists: [PatternFileName]
    /// Limits that are needed, sorted.
    package let limits: [LimitTarget]

    package init(
        maps: [PatternFileName],
        lists: [PatternFileName] = [],
        limits: [LimitTarget] = []
    ) {
        self.maps = Set(maps).sorted()
        self.lists = Set(lists).sorted()
        self.limits = Set(limits).sorted()
    }

    /// What a fleet's plan depends on.
    package init(_ fleet: DesiredFleet) {
        self.init(
            maps: fleet.maps.map(\.name) + (fleet.statusMap.map { [$0] } ?? []),
            lists: fleet.acls.map(\.name),
            limits: fleet.limits.map(\.target)
        )
    }

    /// What verifying and applying a proxy's plan depends on.
    package init(_ plan: ProxyPlan) {
        self.init(
            maps: plan.steps.compactMap(\.change.map),
            lists: plan.steps.compactMap(\.change.list),
            limits: plan.steps.compactMap(\.change.limit)
        )
    }
}
