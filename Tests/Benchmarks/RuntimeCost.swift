import Foundation
import Stage

/// What changing a proxy while it runs costs: commands a second over one connection, pipelined, and memory.
///
/// Each peer is started anew for each measure with one thread, gets all commands at once and is timed from
/// the first byte until it closes behind `quit`; `show version` before that is not counted.
struct RuntimeCost {
    let folder: TemporaryFolder

    /// One way of balancing, with the servers that are added and removed.
    private struct Case {
        let name: String
        let balance: String
        let servers: Int
        let weight: Int
        /// How many times HAProxy's operations a second apus-proxy must reach for adding; nil is not judged.
        let factor: Double?
        /// The most memory a server may take in apus-proxy, in KiB.
        let memory: Double?
    }

    private static let cases = [
        Case(
            name: "roundrobin",
            balance: "balance roundrobin",
            servers: 4000,
            weight: 10,
            factor: 1,
            memory: nil
        ),
        Case(
            name: "random, weight 100",
            balance: "balance random",
            servers: 2000,
            weight: 100,
            factor: 10,
            memory: 15
        ),
        Case(
            name: "consistent uri, weight 100",
            balance: "balance uri\n    hash-type consistent",
            servers: 2000,
            weight: 100,
            factor: 10,
            memory: 15
        ),
    ]

    private struct Result {
        var name: String
        var add = 0.0
        var weight = 0.0
        var remove = 0.0
        var kibibytes = 0.0
    }

    func measure(into report: inout BenchReport) async throws {
        var section = BenchReport.Section(
            title: "Runtime API",
            method: """
                Commands a second over one connection, all sent at once, one thread: `add server` and \
                `enable server` for each server; then a new weight for 1,000 of them; then \
                `disable server` and `del server` for each. Memory is the growth of `VmRSS` by the \
                first, divided by the servers. Best of \(Self.rounds) rounds.
                """
        )
        section.rows.append([
            "balance", "proxy", "add + enable /s", "× HAProxy 2.6", "set weight /s",
            "disable + del /s", "KiB a server",
        ])
        for test in Self.cases {
            var results: [Result] = []
            for peer in peers { results.append(try await best(test, peer)) }
            let base = results.first { $0.name == "HAProxy 2.6" }
            for result in results {
                let ratio = base.map { BenchReport.text(result.add / $0.add) } ?? "-"
                section.rows.append([
                    test.name, result.name, String(Int(result.add)), ratio,
                    String(Int(result.weight)), String(Int(result.remove)),
                    BenchReport.text(result.kibibytes),
                ])
                guard result.name == "apus-proxy" else { continue }
                if let base, let factor = test.factor {
                    // Judged the other way round, because a limit is the most that is allowed.
                    report.judge(
                        "HAProxy 2.6's add + enable a second × apus-proxy's: \(test.name)",
                        base.add / result.add,
                        unit: "",
                        limit: 1 / factor
                    )
                }
                if let memory = test.memory {
                    report.judge(
                        "memory of a server: \(test.name)",
                        result.kibibytes,
                        unit: " KiB",
                        limit: memory
                    )
                }
            }
        }
        report.add(section)
    }

    private static let rounds = 3

    private var peers: [Peer] { Peer.all.filter { $0.name != "nginx" } }

    private func best(_ test: Case, _ peer: Peer) async throws -> Result {
        var best = Result(name: peer.name)
        for _ in 0..<Self.rounds {
            let result = try await run(test, peer)
            best.add = max(best.add, result.add)
            best.weight = max(best.weight, result.weight)
            best.remove = max(best.remove, result.remove)
            best.kibibytes =
                best.kibibytes == 0 ? result.kibibytes : min(best.kibibytes, result.kibibytes)
        }
        return best
    }

    private func run(_ test: Case, _ peer: Peer) async throws -> Result {
        let socket = "\(folder.path)/runtime.sock"
        let file = "\(folder.path)/runtime.cfg"
        try? FileManager.default.removeItem(atPath: socket)
        try Data(configuration(test, socket).utf8).write(to: URL(filePath: file))
        let words = peer.command(file)
        let child = try ChildProcess(
            peer.name,
            ChildProcess.Command(words[0], Array(words.dropFirst())),
            logPath: "\(folder.path)/runtime.log"
        )
        defer { child.stop() }
        try await Deadline.wait(for: "answer of \(peer.name)") {
            (try? send(["show version"], socket)) != nil
        }
        let before = ProcessMeter.residentBytes(of: child.pid)
        var result = Result(name: peer.name)
        let names = (0..<test.servers).map { "b/s\($0)" }
        let add = names.enumerated().flatMap { number, name in
            [
                "add server \(name) 10.0.\(number >> 8).\(number & 255):80 weight \(test.weight)",
                "enable server \(name)",
            ]
        }
        result.add = try send(add, socket)
        let after = ProcessMeter.residentBytes(of: child.pid)
        result.kibibytes = Double(after - before) / 1024 / Double(test.servers)
        result.weight = try send(
            (0..<1000).map {
                "set weight b/s\($0 * 7919 % test.servers) \(test.weight / 2 + $0 % 5)"
            },
            socket
        )
        result.remove = try send(
            names.flatMap { ["disable server \($0)", "del server \($0)"] },
            socket
        )
        return result
    }

    private func configuration(_ test: Case, _ socket: String) -> String {
        """
        global
            nbthread 1
            stats socket \(socket) level admin
            stats timeout 60s
        defaults
            mode http
            timeout connect 5s
            timeout client 30s
            timeout server 30s
        frontend in
            bind unix@\(socket).traffic
            default_backend b
        backend b
            \(test.balance)

        """
    }

    /// Sends the commands and reads the answers to the end; commands a second.
    private func send(_ commands: [String], _ path: String) throws -> Double {
        // `prompt i` of newer releases is taken as `prompt` by older ones, which is as good here.
        let text = "prompt i\n" + commands.map { "\($0)\n" }.joined() + "quit\n"
        let start = ContinuousClock.now
        try RuntimeConsole.pour(Array(text.utf8), into: path, within: .seconds(120))
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        return Double(commands.count) / seconds
    }
}
