import Foundation
import Stage

/// Runs files of HAProxy's regression tests with `varnishtest` against one program.
package struct RegressionRun: Sendable {
    /// What became of a file; one that asks for something the program lacks is skipped, which is not passed.
    package enum Outcome: String, Sendable {
        case passed, skipped, failed
    }

    /// One file's outcome.
    package struct Result: Sendable {
        /// As in `RegressionList`.
        package let file: String
        package let outcome: Outcome
        /// Everything `varnishtest` said; it says much only of a failure.
        package let log: String
        /// It failed while others ran beside it and was run again by itself.
        package var wasRepeated = false

        /// The lines of the log that tell why.
        package var reason: String {
            let lines = log.split(separator: "\n").map(String.init)
            let marks = ["----", "[ALERT]", "Assert error", "Not all bytes", "EXPECT"]
            let telling = lines.filter { line in marks.contains(where: line.contains) }
            return (telling.isEmpty ? lines.suffix(8) : telling.suffix(12)).joined(separator: "\n")
        }
    }

    /// Many files count on one rotation of servers; HAProxy has one for all threads, each of our threads its own.
    private static let processors: [Int] = {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") } ?? ""
        let ranges = line.split(whereSeparator: \.isWhitespace).last?.split(separator: ",") ?? []
        let found = ranges.flatMap { range -> [Int] in
            let ends = range.split(separator: "-").compactMap { Int($0) }
            return ends.isEmpty ? [] : Array(ends[0]...max(ends[0], ends[ends.count - 1]))
        }
        return found.isEmpty ? [0] : found
    }()

    /// Always the same for a file, spread over all there are.
    private static func processor(for file: String) -> String {
        let sum = file.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xffff }
        return "\(processors[sum % processors.count])"
    }

    package static let tester = Programs.find("varnishtest")

    let program: String
    let folder: String

    /// `folder` is what `RegressionSources.prepare` returns.
    package init(program: String, folder: String) {
        self.program = program
        self.folder = folder
    }

    /// Runs files, some at the same time, and tells each result as it comes.
    ///
    /// A failure beside others is run once more alone: many files measure time, and a busy machine is not
    /// what they are about.
    package func all(
        _ files: [String],
        jobs: Int,
        tell: (Result) -> Void
    ) async throws -> [Result] {
        var results: [Result] = []
        var rest = files.makeIterator()
        try await withThrowingTaskGroup(of: Result.self) { group in
            for _ in 0..<max(1, jobs) {
                guard let file = rest.next() else { break }
                group.addTask { try await one(file) }
            }
            while let result = try await group.next() {
                results.append(result)
                if result.outcome != .failed || jobs <= 1 { tell(result) }
                if let file = rest.next() { group.addTask { try await one(file) } }
            }
        }
        guard jobs > 1 else { return results }
        for index in results.indices where results[index].outcome == .failed {
            results[index] = try await one(results[index].file)
            results[index].wasRepeated = true
            tell(results[index])
        }
        return results
    }

    /// Runs one file, at most half a minute.
    package func one(_ file: String) async throws -> Result {
        let parts = file.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2, let tester = Self.tester?.first else {
            throw RegressionSources.Unavailable(
                description: "'\(file)' is no file of a release, or there is no varnishtest in PATH"
            )
        }
        let work = try TemporaryFolder("regression")
        defer { work.remove() }
        // Foundation's children inherit its blocked signals, and a shell without SIGCHLD waits for ever.
        let unblocking = "sigprocmask(SIG_SETMASK, POSIX::SigSet->new) or die; exec @ARGV or die"
        var command = ChildProcess.Command(
            "taskset",
            ["-c", Self.processor(for: file), "perl", "-MPOSIX", "-e", unblocking, tester]
                + ["-k", "-b", "2M", "-t", "15", parts[1]]
        )
        command.folder = "\(folder)/\(parts[0])"
        command.environment = [
            "HAPROXY_PROGRAM": program, "HAPROXY_ARGS": "-dM -dI -dW", "TMPDIR": work.path,
            "SWIFT_BACKTRACE": "enable=no",
        ]
        let process = try ChildProcess("varnishtest", command, logPath: work.path("log"))
        do {
            try await Deadline.wait(for: "end of \(file)", within: .seconds(30)) {
                !process.isRunning
            }
        } catch {
            process.kill()
        }
        let log = process.log
        return Result(file: file, outcome: Self.outcome(of: log), log: log)
    }

    /// Reads the tester's closing line.
    static func outcome(of log: String) -> Outcome {
        let summary = log.split(separator: "\n").last { $0.contains("tests failed,") } ?? ""
        if summary.hasPrefix("0 tests failed, 0 tests skipped, 1 tests passed") { return .passed }
        return summary.hasPrefix("0 tests failed, 1 tests skipped") ? .skipped : .failed
    }
}
