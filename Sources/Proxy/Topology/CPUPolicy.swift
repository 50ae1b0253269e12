/// `cpu-policy`: how the CPUs that may be used become groups of threads (configuration.txt §3.1, HAProxy 3.4).
package enum CPUPolicy: Hashable, Sendable {
    case none
    case firstUsableNode
    /// So many last caches together.
    case groupByCache(Int)
    /// So many clusters together.
    case groupByCluster(Int)
    case performance, efficiency, resource

    /// By its name.
    package init?(named name: String) {
        switch name {
        case "none": self = .none
        case "first-usable-node": self = .firstUsableNode
        case "group-by-ccx": self = .groupByCache(1)
        case "group-by-2-ccx": self = .groupByCache(2)
        case "group-by-3-ccx": self = .groupByCache(3)
        case "group-by-4-ccx": self = .groupByCache(4)
        case "group-by-cluster": self = .groupByCluster(1)
        case "group-by-2-clusters": self = .groupByCluster(2)
        case "group-by-3-clusters": self = .groupByCluster(3)
        case "group-by-4-clusters": self = .groupByCluster(4)
        case "performance": self = .performance
        case "efficiency": self = .efficiency
        case "resource": self = .resource
        default: return nil
        }
    }

    /// CPUs in buckets, each of which becomes one or more groups.
    func buckets(of cpus: [CPU], isBound: Bool) -> [[CPU]] {
        switch self {
        case .none: return cpus.isEmpty ? [] : [cpus]
        case .firstUsableNode:
            let nodes = Set(cpus.map(\.node))
            guard !isBound, nodes.count > 1, let first = nodes.min() else { return [cpus] }
            return [cpus.filter { $0.node == first }]
        case .groupByCache(let count): return Self.bucket(cpus) { $0.caches[3] / count }
        case .groupByCluster(let count): return Self.bucket(cpus) { $0.globalCluster / count }
        case .performance:
            return CPUPolicy.groupByCache(1).buckets(
                of: Self.select(cpus, strongestFirst: true),
                isBound: isBound
            )
        case .efficiency:
            return CPUPolicy.groupByCache(1).buckets(
                of: Self.select(cpus, strongestFirst: false),
                isBound: isBound
            )
        case .resource:
            let clusters = Self.bucket(cpus) { $0.globalCluster }
            return clusters.last.map { last in
                [clusters.reduce(last) { Self.capacity(of: $1) < Self.capacity(of: $0) ? $1 : $0 }]
            } ?? []
        }
    }

    /// In the order in which keys come.
    private static func bucket(_ cpus: [CPU], by key: (CPU) -> Int) -> [[CPU]] {
        var buckets: [[CPU]] = []
        var places: [Int: Int] = [:]
        for cpu in cpus {
            let place = places[key(cpu)] ?? buckets.count
            if place == buckets.count {
                places[key(cpu)] = place
                buckets.append([])
            }
            buckets[place].append(cpu)
        }
        return buckets
    }

    /// What a cluster can do: a second thread of a core adds a third.
    static func capacity(of cluster: [CPU]) -> Int {
        cluster.reduce(0) { $0 + ($1.thread == 0 ? $1.capacity : $1.capacity / 3) }
    }

    private static func strength(of cluster: [CPU]) -> Int {
        capacity(of: cluster) / max(1, Set(cluster.map(\.core)).count)
    }

    /// Clusters that are about as strong as the one before, from the strongest or the weakest on.
    private static func select(_ cpus: [CPU], strongestFirst: Bool) -> [CPU] {
        let clusters = bucket(cpus) { $0.globalCluster }.enumerated().sorted { left, right in
            let (one, other) = (strength(of: left.element), strength(of: right.element))
            if one == other { return left.offset < right.offset }
            return strongestFirst ? one > other : one < other
        }
        var kept: Set<Int> = []
        var last: Int?
        for (_, cluster) in clusters {
            let own = strength(of: cluster)
            if let last, strongestFirst ? own * 5 < last * 4 : own * 4 >= last * 5 { continue }
            last = own
            kept.formUnion(cluster.map(\.globalCluster))
        }
        return cpus.filter { kept.contains($0.globalCluster) }
    }
}
