import BootConfig

/// `cpu-map` lines: which CPU each thread runs on (configuration.txt §3.1).
///
/// There is one thread group, and a thread runs on one CPU: what asks for more is refused.
package struct CPUMap: Hashable, Sendable {
    /// CPUs by thread, both from 0.
    package private(set) var cpus: [Int: Int] = [:]

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
        guard parts.count <= 2, ["1", "all", "odd"].contains(parts[0]) else {
            throw RuleMistake("apus-proxy has one thread group, '1' (got '\(parts[0])')")
        }
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
            for thread in threads { self.cpus[thread - 1] = cpu }
            return
        }
        // A set without bounds is as long as the other.
        let isOpen = parts.count < 2 || ["all", "odd", "even"].contains(parts[1])
        guard isOpen || threads.count == cpus.count else {
            throw RuleMistake(
                "'auto:' expects as many threads as CPUs (got \(threads.count) and \(cpus.count))"
            )
        }
        for (thread, cpu) in zip(threads, cpus) { self.cpus[thread - 1] = cpu }
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
    /// `cpu-map` and `thread-groups` of `global`.
    mutating func parse(threads line: BootLine) {
        guard line.keyword == "cpu-map" else {
            guard line.words.count == 2, line.words[1] == "1" else {
                return report("'thread-groups' : apus-proxy has one thread group.", at: line.origin)
            }
            return
        }
        do throws(RuleMistake) {
            try configuration.cpuMap.add(line.arguments)
        } catch {
            report("'cpu-map' : \(error).", at: line.origin)
        }
    }
}
