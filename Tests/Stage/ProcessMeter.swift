import Foundation

/// Reads what a process has cost so far from `/proc`.
package enum ProcessMeter {
    /// CPU time of all its threads in nanoseconds (`schedstat`: exact, unlike clock ticks).
    package static func cpuTime(of pid: Int32) -> Int {
        let folder = "/proc/\(pid)/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return threads.reduce(0) { sum, thread in
            let words = text("\(folder)/\(thread)/schedstat").split(separator: " ")
            return sum + (words.first.flatMap { Int($0) } ?? 0)
        }
    }

    /// CPU time in nanoseconds of our own children that have ended and were waited for, and of theirs.
    package static func childrenTime() -> Int {
        let fields = text("/proc/self/stat").split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 14, let user = Int(fields[13]), let system = Int(fields[14]) else {
            return 0
        }
        return (user + system) * 10_000_000
    }

    /// Resident memory now, in bytes.
    package static func residentBytes(of pid: Int32) -> Int { field("VmRSS:", of: pid) * 1024 }

    /// CPU seconds and peak memory of a command that runs to its end.
    ///
    /// Sampled from `/proc` while it runs, so the last few milliseconds are missing.
    package struct Cost: Sendable {
        package let cpuSeconds: Double
        package let peakBytes: Int
        package let status: Int32
        package let output: String
    }

    /// Runs a command and samples it every few milliseconds until it ends.
    package static func cost(of command: ChildProcess.Command, logPath: String) throws -> Cost {
        let child = try ChildProcess("measured", command, logPath: logPath)
        var cpu = 0
        var peak = 0
        while child.isRunning {
            cpu = max(cpu, wholeTime(of: child.pid))
            peak = max(peak, field("VmHWM:", of: child.pid) * 1024)
            Thread.sleep(forTimeInterval: 0.002)
        }
        return Cost(
            cpuSeconds: Double(cpu) / 1e9,
            peakBytes: peak,
            status: child.exitStatus,
            output: child.log
        )
    }

    /// CPU time in nanoseconds, threads that have ended included; counted in ticks of 10 ms.
    private static func wholeTime(of pid: Int32) -> Int {
        // Fields are counted behind the name in parentheses, which may itself contain spaces.
        let fields =
            text("/proc/\(pid)/stat").split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else {
            return 0
        }
        return (user + system) * 10_000_000
    }

    /// A number in `/proc/PID/status`, or 0.
    private static func field(_ name: String, of pid: Int32) -> Int {
        let line = text("/proc/\(pid)/status").split(separator: "\n").first { $0.hasPrefix(name) }
        let words = line?.split(whereSeparator: \.isWhitespace) ?? []
        return words.count > 1 ? Int(words[1]) ?? 0 : 0
    }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }
}
