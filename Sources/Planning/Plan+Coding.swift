import Model

/// The form of a plan in a file: proxies whose steps and remarks are alike share them.
///
/// A fleet of 600 equal proxies is written as one list of steps, so a plan of half a million operations
/// stays a file that a person can open.
extension Plan {
    private enum Key: String, CodingKey { case schema, revision, fleet, groups }

    private struct Member: Codable {
        let proxy: ProxyName
        let incarnation: Incarnation
        let base: String
    }

    private struct Group: Codable {
        var proxies: [Member]
        let steps: [Step]
        let remarks: [Remark]
        /// Left out where there are none.
        let floors: [ServingFloor]?
        /// Left out where there are none.
        let hidden: [HiddenAttributes]?

        init(_ member: Member, of proxy: ProxyPlan) {
            proxies = [member]
            steps = proxy.steps
            remarks = proxy.remarks
            floors = proxy.floors.isEmpty ? nil : proxy.floors
            hidden = proxy.hidden.isEmpty ? nil : proxy.hidden
        }

        func holds(_ proxy: ProxyPlan) -> Bool {
            remarks == proxy.remarks && floors ?? [] == proxy.floors
                && hidden ?? [] == proxy.hidden && steps == proxy.steps
        }

        func plan(of member: Member) -> ProxyPlan {
            var plan = ProxyPlan(
                proxy: member.proxy,
                incarnation: member.incarnation,
                base: member.base,
                steps: steps,
                remarks: remarks
            )
            plan.floors = floors ?? []
            plan.hidden = hidden ?? []
            return plan
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let groups = try container.decode([Group].self, forKey: .groups)
        self.init(
            revision: try container.decode(Revision.self, forKey: .revision),
            fleet: try container.decode(FleetName.self, forKey: .fleet),
            proxies: groups.flatMap { group in group.proxies.map { group.plan(of: $0) } }
                .sorted { $0.proxy < $1.proxy }
        )
        schema = try container.decode(Int.self, forKey: .schema)
        try Self.verify(proxies, in: container)
    }

    /// A file may come from anywhere: steps are numbered from 1 and follow only earlier ones.
    private static func verify(
        _ proxies: [ProxyPlan],
        in container: KeyedDecodingContainer<Key>
    ) throws {
        let names = Set(proxies.map(\.proxy))
        let isOrdered = proxies.allSatisfy { proxy in
            proxy.steps.enumerated().allSatisfy { index, step in
                step.id == index + 1 && step.after.allSatisfy { (1..<step.id).contains($0) }
            }
        }
        guard names.count == proxies.count, isOrdered else {
            throw DecodingError.dataCorruptedError(
                forKey: .groups,
                in: container,
                debugDescription: "steps out of order, or a proxy twice"
            )
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var groups: [Group] = []
        for proxy in proxies {
            let member = Member(
                proxy: proxy.proxy,
                incarnation: proxy.incarnation,
                base: proxy.base
            )
            if let index = groups.firstIndex(where: { $0.holds(proxy) }) {
                groups[index].proxies.append(member)
            } else {
                groups.append(Group(member, of: proxy))
            }
        }
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(schema, forKey: .schema)
        try container.encode(revision, forKey: .revision)
        try container.encode(fleet, forKey: .fleet)
        try container.encode(groups, forKey: .groups)
    }
}
