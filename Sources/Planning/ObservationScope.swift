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
    /// Certificates that are needed, sorted; none reads nothing of certificates at all.
    package let certificates: [CertificateFileName]
    /// Lists of certificates that are needed, sorted.
    package let certificateLists: [CertificateFileName]

    package init(
        maps: [PatternFileName],
        lists: [PatternFileName] = [],
        limits: [LimitTarget] = [],
        certificates: [CertificateFileName] = [],
        certificateLists: [CertificateFileName] = []
    ) {
        self.certificates = Set(certificates).sorted()
        self.certificateLists = Set(certificateLists).sorted()
        self.maps = Set(maps).sorted()
        self.lists = Set(lists).sorted()
        self.limits = Set(limits).sorted()
    }

    /// What a fleet's plan depends on; what `former` declared may have to go.
    package init(_ fleet: DesiredFleet, former: some Sequence<DesiredFleet> = []) {
        var certificates = fleet.certificates
        var last = certificates
        // Mostly all proxies were given the same.
        for other in former where other.certificates != last {
            last = other.certificates
            certificates += last
        }
        self.init(
            maps: fleet.maps.map(\.name) + (fleet.statusMap.map { [$0] } ?? []),
            lists: fleet.acls.map(\.name),
            limits: fleet.limits.map(\.target),
            certificates: certificates.map(\.name),
            certificateLists: certificates.flatMap { $0.lines.map(\.list) }
        )
    }

    /// What verifying and applying a proxy's plan depends on.
    package init(_ plan: ProxyPlan) {
        self.init(
            maps: plan.steps.compactMap(\.change.map),
            lists: plan.steps.compactMap(\.change.list),
            limits: plan.steps.compactMap(\.change.limit),
            certificates: plan.steps.compactMap(\.change.certificate),
            certificateLists: plan.steps.compactMap(\.change.certificateList)
        )
    }
}
