import Foundation
import Stage

/// What one change costs apus-proxy when it is large, and how soon it is there again after a kill.
///
/// A change is one command on a connection of its own, from connecting until the proxy has closed: the snapshot that
/// holds the change is published before the answer is sent.
struct RuntimeChange {
    /// Why there is nothing to measure.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let folder: TemporaryFolder

    private static let changes = 200
    private static let manyServers = 100_000
    private static let ringServers = 600
    private static let keys = 1_000_000
    private static let restartServers = 10_000

    func measure(into report: inout BenchReport) async throws {
        var section = BenchReport.Section(
            title: "One change at a time",
            method: """
                One command on a connection of its own, from connecting to the end of the answer, which follows the \
                publish; \(Self.changes) of them. Then a kill, and the time from the start of the next process to its \
                first answered request.
                """
        )
        section.rows.append(["what", "median ms", "slowest ms"])
        for (what, times) in [
            ("a weight among 100,000 servers, roundrobin", try await weights()),
            ("a weight in a ring of 600 at weight 100", try await ring()),
            ("a key of a map of 1,000,000", try await map()),
        ] {
            let sorted = times.sorted()
            let median = sorted[sorted.count / 2]
            let worst = sorted[sorted.count - 1]
            section.rows.append([what, BenchReport.text(median), BenchReport.text(worst)])
            report.judge(what, median, unit: " ms", limit: 1)
        }
        let restart = try await restart()
        let what = "first request after a kill, 10,000 runtime servers"
        section.rows.append([what, BenchReport.text(restart), "-"])
        report.judge(what, restart, unit: " ms", limit: 2000)
        report.add(section)
    }

    private var socket: String { "\(folder.path)/change.sock" }

    /// Runs a proxy for as long as `body` does.
    private func run<Result>(
        _ configuration: String,
        _ body: (ChildProcess) async throws -> Result
    ) async throws -> Result {
        let file = "\(folder.path)/change.cfg"
        try Data(configuration.utf8).write(to: URL(filePath: file))
        try? FileManager.default.removeItem(atPath: socket)
        let child = try ChildProcess(
            "apus-proxy",
            ChildProcess.Command(Programs.apusProxy, ["-f", file]),
            logPath: "\(folder.path)/change.log"
        )
        defer { child.stop() }
        try await Deadline.wait(for: "answer of apus-proxy") {
            (try? RuntimeConsole.ask("show version", socket: socket)) != nil
        }
        return try await body(child)
    }

    private func head(_ global: String = "") -> String {
        """
        global
            nbthread 1
            stats socket \(socket) level admin
            stats timeout 60s
        \(global)
        defaults
            mode http
            timeout connect 5s
            timeout client 30s
            timeout server 30s

        """
    }

    /// Milliseconds of each change.
    private func times(_ command: (Int) -> String) throws -> [Double] {
        try (0..<Self.changes).map { number in
            let start = ContinuousClock.now
            let answer = try RuntimeConsole.ask(command(number), socket: socket)
            let time = (ContinuousClock.now - start) / .milliseconds(1)
            guard answer.allSatisfy(\.isNewline) else {
                throw Failure(description: "'\(command(number))' says \(answer)")
            }
            return time
        }
    }

    private func add(_ count: Int, _ arguments: String) throws {
        let commands = (0..<count).flatMap { number in
            ["add server b/s\(number) \(arguments)", "enable server b/s\(number)"]
        }
        let text = "prompt\n" + commands.map { "\($0)\n" }.joined() + "quit\n"
        try RuntimeConsole.pour(Array(text.utf8), into: socket, within: .seconds(120))
    }

    private func weights() async throws -> [Double] {
        let boot =
            head() + "frontend in\n    bind unix@\(socket).in\nbackend b\n    balance roundrobin\n"
        return try await run(boot) { _ in
            try add(Self.manyServers, "10.0.0.1:80 weight 100")
            return try times { "set weight b/s\($0 * 7919 % Self.manyServers) \(50 + $0 % 40)" }
        }
    }

    private func ring() async throws -> [Double] {
        let boot =
            head()
            + "frontend in\n    bind unix@\(socket).in\nbackend b\n    balance uri\n    hash-type consistent\n"
        return try await run(boot) { _ in
            try add(Self.ringServers, "10.0.0.1:80 weight 100")
            return try times { "set weight b/s\($0 * 7919 % Self.ringServers) \(60 + $0 % 40)" }
        }
    }

    private func map() async throws -> [Double] {
        let file = "\(folder.path)/change.map"
        let lines = (0..<Self.keys).map { "host-\($0).example.com b\n" }.joined()
        try Data(lines.utf8).write(to: URL(filePath: file))
        let boot =
            head()
            + "frontend in\n    bind unix@\(socket).in\n    use_backend %[req.hdr(host),map_str(\(file))]\nbackend b\n"
        return try await run(boot) { _ in
            try times { number in
                "set map \(file) host-\(number * 7919 % Self.keys).example.com \(number % 2 == 0 ? "b" : "c")"
            }
        }
    }

    /// Milliseconds from the start to the first answer; the servers are another frontend of the same proxy.
    private func restart() async throws -> Double {
        let ports = try FreePorts.take(2)
        let boot = """
            \(head("    state-file \(folder.path)/change.state"))
            frontend in
                bind 127.0.0.1:\(ports[0])
                default_backend b
            frontend origin
                bind 127.0.0.1:\(ports[1])
                http-request return status 200
            backend b
                balance roundrobin

            """
        try await run(boot) { child in
            try add(Self.restartServers, "127.0.0.1:\(ports[1])")
            child.kill()
        }
        let file = "\(folder.path)/change.cfg"
        let start = ContinuousClock.now
        let child = try ChildProcess(
            "apus-proxy",
            ChildProcess.Command(Programs.apusProxy, ["-f", file]),
            logPath: "\(folder.path)/change.log"
        )
        defer { child.stop() }
        while ContinuousClock.now - start < .seconds(30) {
            let answers = try? HTTPProbe.ask(["/"], host: "a", port: ports[0])
            if answers?.first?.status == 200 {
                return (ContinuousClock.now - start) / .milliseconds(1)
            }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw Failure(description: "no answer within 30 s of the restart")
    }
}
