/// The CPUs of a machine as Linux describes them (`cpu_detect_topology`, HAProxy 3.2–3.4).
///
/// Knows no file system: whoever makes one gives the texts, so any machine can be described anywhere.
package struct Machine: Sendable {
    /// The text of a file below `/sys/devices/system`; nil when there is none.
    package typealias Reader = (_ path: String) -> String?

    /// Those that are online, in the order of clusters.
    package private(set) var cpus: [CPU] = []
    /// Some online CPU is not for this process.
    package var isBound: Bool { cpus.contains(where: \.isExcluded) }

    /// `count` CPUs are configured; `affinity` are those the process may use, nil for all.
    package init(count: Int, affinity: [Int]?, reading read: Reader) {
        let online = read("cpu/online").flatMap(CPUSet.parse).map(Set.init)
        var all = (0..<count).map { CPU(number: $0) }
        Self.detect(&all, read)
        if let affinity {
            let usable = Set(affinity)
            for index in all.indices { all[index].isExcluded = !usable.contains(index) }
        }
        cpus = all.filter { online?.contains($0.number) ?? true }
        repair()
        cpus.sort { $0.precedes($1) }
        composeClusters()
    }

    // MARK: Detection

    private static func detect(_ cpus: inout [CPU], _ read: Reader) {
        var next = [Int](repeating: 0, count: 5)
        var (core, cluster, package) = (0, 0, 0)
        for number in cpus.indices {
            detectCaches(of: number, &cpus, &next, read)
            let topology = "cpu/cpu\(number)/topology"
            let siblings = list(read("\(topology)/thread_siblings_list"), of: cpus)
            if cpus[number].core < 0, let siblings {
                for (rank, sibling) in siblings.enumerated() {
                    cpus[sibling].core = core
                    cpus[sibling].thread = rank
                    cpus[sibling].threads = siblings.count
                }
                core += 1
            }
            let shared =
                list(read("\(topology)/cluster_cpus_list"), of: cpus)
                ?? list(read("\(topology)/core_siblings_list"), of: cpus)
            if cpus[number].cluster < 0, let shared, shared.count > 1, shared != siblings {
                for other in shared { cpus[other].cluster = cluster }
                cluster += 1
            }
            let inPackage =
                list(read("\(topology)/package_cpus_list"), of: cpus)
                ?? list(read("\(topology)/core_siblings_list"), of: cpus)
            if cpus[number].package < 0, let inPackage {
                for other in inPackage { cpus[other].package = package }
                package += 1
            } else if cpus[number].package < 0 {
                cpus[number].package = integer(read("\(topology)/physical_package_id")) ?? -1
            }
            cpus[number].capacity = capacity(of: cpus[number], read)
        }
        for node in 0..<64 {
            for number in list(read("node/node\(node)/cpulist"), of: cpus) ?? [] {
                cpus[number].node = node
            }
        }
    }

    private static func detectCaches(
        of number: Int,
        _ cpus: inout [CPU],
        _ next: inout [Int],
        _ read: Reader
    ) {
        for index in 0..<10 {
            let cache = "cpu/cpu\(number)/cache/index\(index)"
            guard let type = read("\(cache)/type") else { break }
            guard !type.hasPrefix("Instruction"), let level = integer(read("\(cache)/level")),
                (0...4).contains(level), cpus[number].caches[level] < 0
            else { continue }
            for other in list(read("\(cache)/shared_cpu_list"), of: cpus) ?? [number] {
                cpus[other].caches[level] = next[level]
            }
            next[level] += 1
        }
    }

    private static func capacity(of cpu: CPU, _ read: Reader) -> Int {
        let base = "cpu/cpu\(cpu.number)"
        if let capacity = integer(read("\(base)/cpu_capacity")) { return capacity }
        if let frequency = integer(read("\(base)/cpufreq/scaling_max_freq")) {
            let megahertz = (frequency + 999) / 1000
            return cpu.threads > 1 ? megahertz * 3 / 2 : megahertz
        }
        return integer(read("\(base)/acpi_cppc/nominal_perf")) ?? (cpu.threads > 1 ? 100 : 50)
    }

    private static func integer(_ text: String?) -> Int? {
        text.flatMap { Int($0.prefix { $0.isNumber }) }
    }

    private static func list(_ text: String?, of cpus: [CPU]) -> [Int]? {
        guard let text, let numbers = CPUSet.parse(text), !numbers.isEmpty else { return nil }
        return numbers.filter(cpus.indices.contains)
    }

    // MARK: Composition

    /// Settles what is not known, and what is known but means nothing.
    private mutating func repair() {
        for index in cpus.indices {
            if cpus[index].package < 0 { cpus[index].package = 0 }
            if cpus[index].node < 0 { cpus[index].node = 0 }
        }
        var spare = (cpus.map(\.core).max() ?? -1) + 1
        for index in cpus.indices where cpus[index].core < 0 {
            cpus[index].core = spare
            spare += 1
        }
        let clusters = Dictionary(grouping: cpus.indices.filter { cpus[$0].cluster >= 0 }) {
            cpus[$0].cluster
        }
        // Pairs are SMT or shared second caches, not clusters.
        let small = clusters.values.filter { $0.count <= 2 }
        if small.count >= 4 { for index in small.joined() { cpus[index].cluster = -1 } }
        if cpus.allSatisfy({ $0.caches[3] < 0 }) {
            let domains = Dictionary(grouping: cpus) { [$0.package, $0.node, $0.caches[4]] }
            if domains.values.contains(where: { Set($0.map { $0.caches[2] }).count > 2 }) {
                for index in cpus.indices { cpus[index].caches[3] = 0 }
            }
        }
        renumberCores()
    }

    private mutating func renumberCores() {
        var known: [[Int]: Int] = [:]
        var counts: [[Int]: Int] = [:]
        for index in cpus.indices {
            let place = [cpus[index].package, cpus[index].node]
            let key = place + [cpus[index].core]
            if known[key] == nil {
                known[key] = counts[place, default: 0]
                counts[place, default: 0] += 1
            }
            cpus[index].core = known[key] ?? 0
        }
    }

    private mutating func composeClusters() {
        var global = -1
        var local = -1
        for index in cpus.indices {
            let isFirst = index == 0 || !cpus[index].sharesCluster(with: cpus[index - 1])
            if isFirst {
                let isElsewhere =
                    index == 0 || cpus[index].package != cpus[index - 1].package
                    || cpus[index].node != cpus[index - 1].node
                global += 1
                local = isElsewhere ? 0 : local + 1
            }
            cpus[index].globalCluster = global
            cpus[index].localCluster = local
        }
    }
}
