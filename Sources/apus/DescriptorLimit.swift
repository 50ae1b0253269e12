import Foundation

/// How many files this process may have open at once, and how many it needs.
///
/// SwiftNIO takes some for each core and ends the process where it gets none, so it is said before.
struct DescriptorLimit {
    /// Nil when there is no limit, or none is known.
    let allowed: Int?
    let needed: Int

    /// Of this process.
    static var current: Self {
        let limits = FileManager.default.contents(atPath: "/proc/self/limits") ?? Data()
        return Self(
            limits: String(decoding: limits, as: UTF8.self),
            cores: ProcessInfo.processInfo.activeProcessorCount
        )
    }

    /// Reads the soft limit from what `/proc/PID/limits` holds.
    init(limits: String, cores: Int) {
        let line = limits.split(separator: "\n").first { $0.hasPrefix("Max open files") }
        allowed = line?.dropFirst("Max open files".count).split(separator: " ").first
            .flatMap { Int($0) }
        needed = 40 + 4 * cores
    }

    /// What a person should do; nil when there is enough.
    var complaint: String? {
        guard let allowed, allowed < needed else { return nil }
        return "only \(allowed) files may be open at once, and apus needs \(needed)\n"
            + "       raise the limit, for example with `ulimit -n 1024`"
    }
}
