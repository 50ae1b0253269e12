extension ProxyServer {
    /// The worker threads of a configuration on this machine, and the CPU of each that has one of its own.
    static func threads(of configuration: ProxyConfiguration) -> (count: Int, cpus: [Int: Int]) {
        let map = configuration.cpuMap
        var wishes = configuration.placement
        let isSaid =
            configuration.threads > 0 || configuration.threadGroups > 0 || !map.groups.isEmpty
        // A policy is for who says nothing of threads himself, as in HAProxy.
        if isSaid { wishes.policy = nil }
        let placed = wishes.isEmpty ? [] : ThreadPlacement(wishes, on: machine).cpus
        let automatic = placed.isEmpty ? SystemThread.cpuCount : placed.count
        let count = min(64, configuration.threads > 0 ? configuration.threads : automatic)
        if !map.groups.isEmpty {
            return (count, map.cpus(threads: count, groups: max(1, configuration.threadGroups)))
        }
        if !placed.isEmpty {
            let pairs = (0..<count).map { ($0, placed[$0 % placed.count]) }
            return (count, Dictionary(uniqueKeysWithValues: pairs))
        }
        guard count > 1, count <= SystemThread.cpuCount else { return (count, [:]) }
        let pairs = (0..<count).compactMap { number in
            SystemThread.cpu(number).map { (number, $0) }
        }
        return (count, Dictionary(uniqueKeysWithValues: pairs))
    }

    /// What the kernel says of this machine.
    private static var machine: Machine {
        let usable = (0..<SystemThread.cpuCount).compactMap { SystemThread.cpu($0) }
        let possible = read("cpu/possible").flatMap { CPUSet.parse($0) } ?? usable
        let count = (possible.max() ?? 0) + 1
        return Machine(count: count, affinity: usable, reading: read)
    }

    private static func read(_ path: String) -> String? {
        SystemProcess.read("/sys/devices/system/\(path)")
    }
}
