/// One CPU and what it shares with others; -1 stands for what is not known.
package struct CPU: Hashable, Sendable {
    package let number: Int
    /// The process was bound to other CPUs.
    package var isExcluded = false
    package var package = -1
    package var node = -1
    /// As the kernel has it.
    package var cluster = -1
    /// By level, 0 to 4.
    package var caches = [Int](repeating: -1, count: 5)
    /// Numbered within its package and node.
    package var core = -1
    /// Threads of its core, and which of them it is.
    package var threads = 1
    package var thread = 0
    /// How much work it does, in any unit.
    package var capacity = 0
    /// Among all clusters, and among those of its package and node: CPUs that share their last cache and are
    /// about equally strong.
    package var globalCluster = -1
    package var localCluster = -1

    package init(number: Int) { self.number = number }
}

extension CPU {
    /// About equally strong: within 5%.
    func isAsStrong(as other: CPU) -> Bool {
        capacity * 20 >= other.capacity * 19 && other.capacity * 20 >= capacity * 19
    }

    /// The order in which clusters are made and CPUs are handed out.
    func precedes(_ other: CPU) -> Bool {
        for (mine, theirs) in [
            (isExcluded ? 1 : 0, other.isExcluded ? 1 : 0), (package, other.package),
            (node, other.node), (caches[4], other.caches[4]), (caches[3], other.caches[3]),
            (cluster, other.cluster),
        ] where mine != theirs {
            return mine < theirs
        }
        if !isAsStrong(as: other) { return capacity > other.capacity }
        for (mine, theirs) in [
            (caches[2], other.caches[2]), (core, other.core), (caches[1], other.caches[1]),
            (caches[0], other.caches[0]),
        ] where mine != theirs {
            return mine < theirs
        }
        return number < other.number
    }

    /// A new cluster begins between two CPUs that follow each other in that order.
    func sharesCluster(with other: CPU) -> Bool {
        let level = caches[4] >= 0 ? 4 : caches[3] >= 0 ? 3 : 2
        return package == other.package && node == other.node && cluster == other.cluster
            && caches[level] == other.caches[level] && isAsStrong(as: other)
    }
}
