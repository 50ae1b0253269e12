@testable import Proxy

/// Machines as the kernel would describe them, as texts.
struct DescribedMachine {
    private(set) var files: [String: String] = [:]
    let count: Int

    /// An EPYC 7502P: 32 cores in caches of four, the second threads 32 numbers later.
    static func epyc(nodes: Int = 1, hasThreads: Bool = true, tellsClusters: Bool = true) -> Self {
        let count = hasThreads ? 64 : 32
        var machine = DescribedMachine(count: count)
        for number in 0..<count {
            let core = number % 32
            let siblings = hasThreads ? "\(core),\(core + 32)" : "\(core)"
            let first = core / 4 * 4
            let cache = "\(first)-\(first + 3)" + (hasThreads ? ",\(first + 32)-\(first + 35)" : "")
            machine.describe(number, siblings: siblings, secondCache: siblings, lastCache: cache)
            if tellsClusters {
                machine.files["cpu/cpu\(number)/topology/cluster_cpus_list"] = siblings
            }
            machine.files["cpu/cpu\(number)/topology/package_cpus_list"] = "0-\(count - 1)"
            machine.files["cpu/cpu\(number)/cpufreq/scaling_max_freq"] = "2500000\n"
        }
        for node in 0..<nodes {
            let size = 32 / nodes
            let cores = "\(node * size)-\(node * size + size - 1)"
            let others = ",\(32 + node * size)-\(32 + node * size + size - 1)"
            machine.files["node/node\(node)/cpulist"] = cores + (hasThreads ? others : "")
        }
        return machine
    }

    /// Four strong cores and four weak ones under one last cache, as in telephones and laptops.
    static func hybrid() -> Self {
        var machine = DescribedMachine(count: 8)
        for number in 0..<8 {
            let isWeak = number >= 4
            machine.describe(
                number,
                siblings: "\(number)",
                secondCache: isWeak ? "4-7" : "\(number)",
                lastCache: "0-7"
            )
            machine.files["cpu/cpu\(number)/cpu_capacity"] = isWeak ? "512" : "1024"
        }
        return machine
    }

    private init(count: Int) {
        self.count = count
        files["cpu/online"] = "0-\(count - 1)\n"
    }

    private mutating func describe(
        _ number: Int,
        siblings: String,
        secondCache: String,
        lastCache: String
    ) {
        let topology = "cpu/cpu\(number)/topology"
        files["\(topology)/thread_siblings_list"] = siblings + "\n"
        files["\(topology)/core_siblings_list"] = "0-\(count - 1)\n"
        files["\(topology)/physical_package_id"] = "0\n"
        let caches = [
            ("Data", 1, siblings), ("Instruction", 1, siblings), ("Unified", 2, secondCache),
            ("Unified", 3, lastCache),
        ]
        for (index, cache) in caches.enumerated() {
            let path = "cpu/cpu\(number)/cache/index\(index)"
            files["\(path)/type"] = cache.0 + "\n"
            files["\(path)/level"] = "\(cache.1)\n"
            files["\(path)/shared_cpu_list"] = cache.2 + "\n"
        }
    }

    /// As the proxy sees it; `affinity` are the CPUs that it may use.
    func machine(affinity: [Int]? = nil) -> Machine {
        Machine(count: count, affinity: affinity) { files[$0] }
    }
}
