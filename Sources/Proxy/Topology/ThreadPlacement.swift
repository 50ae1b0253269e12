/// Which threads there are, in which groups, and on which CPUs: a function of a machine and of what the
/// configuration wants.
package struct ThreadPlacement: Hashable, Sendable {
    /// What `global` says of it.
    package struct Wishes: Hashable, Sendable {
        package var selection = CPUSelection()
        package var policy: CPUPolicy?
        /// `threads-per-core 1`.
        package var usesOneThreadPerCore = false
        /// `max-threads-per-group`.
        package var groupLimit = 16

        package init() {}

        /// Nothing was said, so the kernel's order is as good.
        package var isEmpty: Bool {
            selection.isEmpty && policy == nil && !usesOneThreadPerCore
        }
    }

    /// CPUs of each group in the order of its threads, one each.
    package let groups: [[Int]]

    package init(_ wishes: Wishes, on machine: Machine) {
        var cpus = wishes.selection.apply(to: machine)
        if wishes.usesOneThreadPerCore {
            var seen: Set<[Int]> = []
            cpus = cpus.filter { seen.insert([$0.package, $0.node, $0.core]).inserted }
        }
        let policy = wishes.policy ?? .none
        let buckets = policy.buckets(
            of: cpus,
            isBound: machine.isBound && !wishes.selection.ignoresAffinity
        )
        // Without a policy there is no limit but the most that a group can have.
        let limit = policy == .none || policy == .firstUsableNode ? 64 : wishes.groupLimit
        groups = buckets.flatMap { Self.split($0, limit: limit) }
    }

    /// Every CPU, group by group.
    package var cpus: [Int] { groups.flatMap { $0 } }

    /// Fair shares of a bucket in the order of cores, so that the threads of a core stay together.
    private static func split(_ bucket: [CPU], limit: Int) -> [[Int]] {
        let count = (bucket.count + limit - 1) / limit
        let share = (bucket.count + count - 1) / max(1, count)
        return stride(from: 0, to: bucket.count, by: max(1, share)).map { start in
            bucket[start..<min(start + share, bucket.count)].map(\.number)
        }
    }

    /// As `haproxy -dc` prints it.
    package var text: String {
        var lines = ["Thread CPU Bindings:", "  Tgrp/Thr  Tid        CPU set"]
        var first = 1
        for (number, group) in groups.enumerated() {
            let last = first + group.count - 1
            let threads = group.count == 1 ? "1" : "1-\(group.count)"
            let ids = first == last ? "\(first)" : "\(first)-\(last)"
            let left = "\(number + 1)/\(threads)".padded(to: 10)
            lines.append("  \(left)\(ids.padded(to: 11))\(group.count): \(CPUSet.text(group))")
            first = last + 1
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
