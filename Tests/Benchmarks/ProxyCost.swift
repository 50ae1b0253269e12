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
        var connections = 64
        var bodySize = 1024
        var closes = false
        var logs = false
        /// The most that apus-proxy may cost, as a fraction of the newest HAProxy here; nil is not judged.
        var limit: Double?
    }

    static let loads = [
        Load(name: "keep-alive, 8 connections, 1 KiB", connections: 8),
        Load(name: "keep-alive, 64 connections, 1 KiB", limit: 0.70),
        Load(name: "the same with access logs", logs: true, limit: 0.70),
        Load(name: "keep-alive, 512 connections, 1 KiB", connections: 512, limit: 0.60),
        Load(name: "keep-alive, 64 connections, 32 KiB", bodySize: 32_768, limit: 0.70),
        Load(name: "new connection each, 64 at once, 1 KiB", closes: true, limit: 0.85),
    ]

    static var rounds: Int { Int(ProcessInfo.processInfo.environment["ROUNDS"] ?? "") ?? 5 }

    func measure(into report: inout BenchReport) async throws {
        var section = BenchReport.Section(
            title: "CPU per proxied request",
            method: """
                One thread pinned to core 0; clients and two servers in one thread on core 1; logging off unless \
                said; round robin, keep-alive to the servers, `option forwardfor`. CPU microseconds a request of \
                all threads from `/proc/PID/task/*/schedstat`; median of \(Self.rounds) alternating rounds of 2 s. \
                Access logs are `httplog` datagrams to a socket that drops them (Envoy: to a file). The limits \
                are fractions of the newest HAProxy at hand.
                """
        )
        let versions = Peer.all.map(\.name).filter { $0.hasPrefix("HAProxy") }
        section.rows.append(
            ["load", "proxy", "CPU µs a request"] + versions.map { "× \($0)" }
                + ["requests a second"]
        )
        for load in Self.loads {
            let results = try await compare(load)
            let bases = versions.map { name in results.first { $0.name == name }?.cost }
            for result in results {
                let ratios = bases.map { base in
                    base.map { BenchReport.text(result.cost / $0) } ?? "-"
                }
                let cost = String(format: "%.1f", result.cost)
                section.rows.append(
                    [load.name, result.name, cost] + ratios + [String(Int(result.rate))]
                )
            }
            judge(load, results, into: &report)
        }
        report.add(section)
    }

    /// Holds apus-proxy against the newest HAProxy that ran: `Peer.all` lists them oldest first.
    private func judge(_ load: Load, _ results: [Result], into report: inout BenchReport) {
        guard let limit = load.limit,
            let ours = results.first(where: { $0.name == "apus-proxy" }),
            let newest = results.last(where: { $0.name.hasPrefix("HAProxy") })
        else { return }
        report.judge(
            "CPU a request × \(newest.name): \(load.name)",
            ours.cost / newest.cost,
            unit: "",
            limit: limit
        )
    }

    /// Medians of one proxy under one load.
    private struct Result {
        let name: String
        let cost: Double
        let rate: Double
    }

    private func compare(_ load: Load) async throws -> [Result] {
        var plan = TrafficPlan()
        plan.connections = load.connections
        plan.bodySize = load.bodySize
        plan.closesConnections = load.closes
        let rig = try await ProxyRig(plan, peers: Peer.all, folder: folder, logs: load.logs)
        defer { rig.stop() }
        var samples = rig.running.map { _ in [(cost: Double, rate: Double)]() }
        try await rig.alternate(rounds: Self.rounds) { index, proxy in
            samples[index].append(try await Self.sample(proxy, rig.traffic))
        }
        return rig.running.indices.map { index in
            Result(
                name: rig.running[index].peer.name,
                cost: Self.median(samples[index].map(\.cost)),
                rate: Self.median(samples[index].map(\.rate))
            )
        }
    }

    static func sample(
        _ proxy: ProxyRig.Running,
        _ traffic: Traffic
    ) async throws -> (cost: Double, rate: Double) {
        let pid = proxy.workerPID
        traffic.send(to: [proxy.port])
        // The first half second fills pools and caches.
        try await Task.sleep(for: .milliseconds(500))
        let begin = (traffic.report, ProcessMeter.cpuTime(of: pid), ContinuousClock.now)
        try await Task.sleep(for: .seconds(2))
        let end = (traffic.report, ProcessMeter.cpuTime(of: pid), ContinuousClock.now)
        traffic.pause()
        try await Task.sleep(for: .milliseconds(100))
        let requests = Double(end.0.completed - begin.0.completed)
        guard requests > 0, end.0.failed == begin.0.failed else {
            throw BenchFailure("\(proxy.peer.name) failed requests: \(end.0.failures)")
        }
        return (
            Double(end.1 - begin.1) / 1000 / requests, requests / ((end.2 - begin.2) / .seconds(1))
        )
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }
}
