import Foundation
import Stage

/// CPU time that a proxy spends on one request, beside its peers on the same machine in the same minutes.
///
/// The proxy is pinned to core 0 with one thread; clients and servers share one thread on core 1. Rounds
/// alternate, so that whatever else the machine does hits everybody alike. CPU time repeats where
/// requests a second do not.
struct ProxyCost {
    let folder: TemporaryFolder

    /// One kind of load.
    struct Load {
        let name: String
        let connections: Int
        let bodySize: Int
        let closes: Bool
        /// The most that apus-proxy may cost, as a fraction of HAProxy 2.6; nil is not judged.
        let limit: Double?
    }

    static let loads = [
        Load(
            name: "keep-alive, 64 connections, 1 KiB",
            connections: 64,
            bodySize: 1024,
            closes: false,
            limit: 0.70
        ),
        Load(
            name: "keep-alive, 512 connections, 1 KiB",
            connections: 512,
            bodySize: 1024,
            closes: false,
            limit: nil
        ),
        Load(
            name: "keep-alive, 64 connections, 32 KiB",
            connections: 64,
            bodySize: 32_768,
            closes: false,
            limit: nil
        ),
        Load(
            name: "new connection each, 64 at once, 1 KiB",
            connections: 64,
            bodySize: 1024,
            closes: true,
            limit: nil
        ),
    ]

    private var rounds: Int { Int(ProcessInfo.processInfo.environment["ROUNDS"] ?? "") ?? 5 }

    func measure(into report: inout BenchReport) async throws {
        var section = BenchReport.Section(
            title: "CPU per proxied request",
            method: """
                One thread pinned to core 0; clients and two servers in one thread on core 1; logging off; \
                round robin, keep-alive to the servers, `option forwardfor`. CPU microseconds a request from \
                `/proc/PID/task/*/schedstat`; median of \(rounds) alternating rounds of 2 s.
                """
        )
        section.rows.append([
            "load", "proxy", "CPU µs a request", "× HAProxy 2.6", "requests a second",
        ])
        for load in Self.loads {
            let results = try await compare(load)
            let base = results.first { $0.name == "HAProxy 2.6" }?.cost
            for result in results {
                let ratio = base.map { BenchReport.text(result.cost / $0) } ?? "-"
                let cost = String(format: "%.1f", result.cost)
                section.rows.append([load.name, result.name, cost, ratio, String(Int(result.rate))])
                if result.name == "apus-proxy", let base, let limit = load.limit {
                    report.judge(
                        "CPU a request × HAProxy 2.6: \(load.name)",
                        result.cost / base,
                        unit: "",
                        limit: limit
                    )
                }
            }
        }
        report.add(section)
    }

    /// Medians of one proxy under one load.
    private struct Result {
        let name: String
        let cost: Double
        let rate: Double
    }

    private func compare(_ load: Load) async throws -> [Result] {
        var plan = TrafficPlan()
        plan.origins = [TrafficPlan.Origin(name: "s0"), TrafficPlan.Origin(name: "s1")]
        plan.connections = load.connections
        plan.bodySize = load.bodySize
        plan.closesConnections = load.closes
        plan.cpu = 1
        let traffic = try Traffic(plan)
        defer { traffic.stop() }
        let peers = Peer.all
        let ports = try FreePorts.take(peers.count)
        var children: [ChildProcess] = []
        defer { for child in children { child.stop() } }
        for (peer, port) in zip(peers, ports) {
            children.append(try start(peer, port: port, servers: traffic.originPorts))
        }
        for (child, port) in zip(children, ports) {
            try await Deadline.wait(for: "answer of \(child.name)") {
                guard child.isRunning else {
                    throw BenchFailure("\(child.name) ended: \(child.log)")
                }
                return (try? HTTPProbe.ask(["/"], host: "127.0.0.1", port: port))?.first?.status
                    == 200
            }
        }
        var samples = peers.map { _ in [(cost: Double, rate: Double)]() }
        for round in 0..<rounds {
            let order = round.isMultiple(of: 2) ? Array(peers.indices) : peers.indices.reversed()
            for index in order {
                samples[index].append(
                    try await sample(children[index], port: ports[index], traffic)
                )
            }
        }
        return peers.indices.map { index in
            Result(
                name: peers[index].name,
                cost: Self.median(samples[index].map(\.cost)),
                rate: Self.median(samples[index].map(\.rate))
            )
        }
    }

    private func sample(
        _ child: ChildProcess,
        port: UInt16,
        _ traffic: Traffic
    ) async throws -> (cost: Double, rate: Double) {
        let pid = try workerPID(of: child)
        traffic.send(to: [port])
        // The first half second fills pools and caches.
        try await Task.sleep(for: .milliseconds(500))
        let begin = (traffic.report, ProcessMeter.cpuTime(of: pid), ContinuousClock.now)
        try await Task.sleep(for: .seconds(2))
        let end = (traffic.report, ProcessMeter.cpuTime(of: pid), ContinuousClock.now)
        traffic.pause()
        try await Task.sleep(for: .milliseconds(100))
        let requests = Double(end.0.completed - begin.0.completed)
        guard requests > 0, end.0.failed == begin.0.failed else {
            throw BenchFailure("\(child.name) failed requests: \(end.0.failures)")
        }
        return (
            Double(end.1 - begin.1) / 1000 / requests, requests / ((end.2 - begin.2) / .seconds(1))
        )
    }

    private func start(_ peer: Peer, port: UInt16, servers: [UInt16]) throws -> ChildProcess {
        let name = peer.name.replacing(" ", with: "-")
        try folder.write(peer.configuration(port, servers, folder.path), to: "\(name).cfg")
        let words = ["-c", "0"] + peer.command(folder.path("\(name).cfg"))
        return try ChildProcess(
            peer.name,
            ChildProcess.Command("taskset", words),
            logPath: folder.path("\(name).log")
        )
    }

    /// nginx works in a child of the process that was started.
    private func workerPID(of child: ChildProcess) throws -> Int32 {
        guard child.name == "nginx" else { return child.pid }
        let path = "/proc/\(child.pid)/task/\(child.pid)/children"
        let text = String(
            decoding: FileManager.default.contents(atPath: path) ?? Data(),
            as: UTF8.self
        )
        return text.split(separator: " ").first.flatMap { Int32($0) } ?? child.pid
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }
}

/// Why a measurement is worth nothing.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
