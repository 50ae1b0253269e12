import BootConfig

/// `cpu-map` lines: which CPU each thread runs on (configuration.txt §3.1).
///
/// A thread runs on one CPU: what asks for more is refused. Groups are a way of counting threads: nothing is
/// shared within one.
package struct CPUMap: Hashable, Sendable {
    /// CPUs by thread of the first group, both from 0.
    package var cpus: [Int: Int] { groups[1] ?? [:] }
    /// The same for each group, from 1.
    package private(set) var groups: [Int: [Int: Int]] = [:]

    /// CPUs by thread when so many threads are shared out over so many groups, the first ones larger.
    package func cpus(threads: Int, groups count: Int) -> [Int: Int] {
        var all: [Int: Int] = [:]
        var first = 0
        for group in 1...max(1, count) {
            let size = threads / max(1, count) + (group <= threads % max(1, count) ? 1 : 0)
            for (thread, cpu) in groups[group] ?? [:] where thread < size {
                all[first + thread] = cpu
            }
            first += size
        }
        return all
    }

    package init() {}

    /// The words behind `cpu-map`: `[auto:]<thread-group>[/<thread-set>] <cpu-set>…`.
    ///
    /// - Throws: What of it is wrong or not supported.
    mutating func add(_ words: ArraySlice<String>) throws(RuleMistake) {
        guard var place = words.first, words.count >= 2 else {
            throw RuleMistake("expects a thread set, including 'all', 'odd', 'even', and a CPU set")
        }
        let isAutomatic = place.hasPrefix("auto:")
        if isAutomatic { place.removeFirst("auto:".count) }
        let parts = place.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= 2 else {
            throw RuleMistake("expects <group> or <group>/<threads> (got '\(place)')")
        }
        let groups = try Self.numbers(parts[0], 1...64)
        let threads = try Self.numbers(parts.count > 1 ? parts[1] : "all", 1...64)
        var cpus: [Int] = []
        for word in words.dropFirst() {
            for part in word.split(separator: ",", omittingEmptySubsequences: false) {
                cpus += try Self.numbers(String(part), 0...1023)
            }
        }
        guard isAutomatic else {
            guard let cpu = cpus.first, cpus.count == 1 else {
                throw RuleMistake(
                    "a thread of apus-proxy runs on one CPU; 'auto:' gives each its own"
                )
            }
            for group in groups {
                for thread in threads { self.groups[group, default: [:]][thread - 1] = cpu }
            }
            return
        }
        // A set without bounds is as long as the other.
        let isOpen = parts.count < 2 || ["all", "odd", "even"].contains(parts[1])
        guard isOpen || threads.count == cpus.count else {
            throw RuleMistake(
                "'auto:' expects as many threads as CPUs (got \(threads.count) and \(cpus.count))"
            )
        }
        for group in groups {
            for (thread, cpu) in zip(threads, cpus) {
                self.groups[group, default: [:]][thread - 1] = cpu
            }
        }
    }

    /// `all`, `odd`, `even`, `3`, `1-4` and, open at its end, `2-`.
    private static func numbers(_ text: String, _ range: ClosedRange<Int>) throws(RuleMistake)
        -> [Int]
    {
        switch text {
        case "all": return Array(range)
        case "odd": return range.filter { $0 % 2 == 1 }
        case "even": return range.filter { $0 % 2 == 0 }
        default: break
        }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        let low = Int(ends[0])
        let high = ends.count == 2 ? (ends[1].isEmpty ? range.upperBound : Int(ends[1])) : low
        guard ends.count <= 2, let low, let high, range.contains(low), range.contains(high),
            low <= high
        else {
            throw RuleMistake(
                "'\(text)' is no set of numbers between \(range.lowerBound) and \(range.upperBound)"
            )
        }
        return Array(low...high)
    }
}

extension ConfigParser {
    /// What `global` says of threads and CPUs.
    mutating func parse(threads line: BootLine) {
        do throws(RuleMistake) {
            switch line.keyword {
            case "cpu-map": try configuration.cpuMap.add(line.arguments)
            case "cpu-set": try configuration.placement.selection.add(line.arguments)
            case "cpu-policy":
                guard line.words.count >= 2, let policy = CPUPolicy(named: line.words[1]) else {
                    throw RuleMistake("unknown policy '\(line.words.dropFirst().first ?? "")'")
                }
                configuration.placement.policy = policy
                try parse(policyOptions: line.arguments.dropFirst())
            case "max-threads-per-group":
                guard let limit = integer(line, 1...64) else { return }
                configuration.placement.groupLimit = limit
            default:
                guard let count = integer(line, 1...64) else { return }
                configuration.threadGroups = count
            }
        } catch {
            report("'\(line.keyword)' : \(error).", at: line.origin)
        }
    }

    private mutating func parse(policyOptions words: ArraySlice<String>) throws(RuleMistake) {
        switch Array(words) {
        case []: break
        case ["threads-per-core", "1"]: configuration.placement.usesOneThreadPerCore = true
        case ["threads-per-core", "auto"]: configuration.placement.usesOneThreadPerCore = false
        default:
            throw RuleMistake("'\(words.first ?? "")' is unknown or not supported by apus-proxy")
        }
    }
}
