import Foundation
import Stage

/// How long answers take: at a fixed rate beside the peers, and while servers come and go.
struct ProxyLatency {
    let folder: TemporaryFolder

    /// Of HAProxy's saturation; above it queues in any proxy say little about the proxy.
    private static let load = 0.7
    /// Servers that are added and removed again while latency is measured.
    private static let churn = 10_000
    /// The clients themselves are the bottleneck above this share of their core.
    private static let generatorLimit = 0.8

    func measure(into report: inout BenchReport) async throws {
        let saturation = try await saturationOfHAProxy()
        let rate = Int(saturation * Self.load)
        try await compare(rate: rate, saturation: saturation, into: &report)
        try await measureChurn(rate: rate / 2, into: &report)
    }

    private func saturationOfHAProxy() async throws -> Double {
        var plan = TrafficPlan()
        plan.connections = 64
        let peers = Peer.all.filter { $0.name == "HAProxy 2.6" }
        guard !peers.isEmpty else { throw BenchFailure("no HAProxy 2.6 to compare with") }
        let rig = try await ProxyRig(plan, peers: peers, folder: folder)
        defer { rig.stop() }
        var rates: [Double] = []
        try await rig.alternate(rounds: 3) { _, proxy in
            rates.append(try await ProxyCost.sample(proxy, rig.traffic).rate)
        }
        return ProxyCost.median(rates)
    }

    private func spinningPlan(rate: Int) -> TrafficPlan {
        var plan = TrafficPlan()
        plan.connections = 256
        plan.rate = rate
        plan.spins = true
        return plan
    }

    private func compare(rate: Int, saturation: Double, into report: inout BenchReport) async throws
    {
        let rig = try await ProxyRig(spinningPlan(rate: rate), peers: Peer.all, folder: folder)
        defer { rig.stop() }
        var windows = rig.running.map { _ in [Window]() }
        try await rig.alternate(rounds: ProxyCost.rounds) { index, proxy in
            windows[index].append(try await Window(proxy, rig.traffic))
        }
        var section = BenchReport.Section(
            title: "Answer times at a fixed rate",
            method: """
                \(rate) requests a second to each, 70 % of the \(Int(saturation)) that HAProxy 2.6 does at most; each \
                request leaves when it is due, and its time counts from then. Medians of \(ProxyCost.rounds) \
                alternating rounds of 2 s; the clients' and servers' own work took the last column's share of their core.
                """
        )
        section.rows.append(["proxy", "p50 µs", "p99 µs", "p99.9 µs", "clients busy"])
        var tails: [String: Double] = [:]
        for (proxy, windows) in zip(rig.running, windows) {
            let busy = ProxyCost.median(windows.map(\.busy))
            tails[proxy.peer.name] = ProxyCost.median(
                windows.map { Double($0.times.quantile(0.99)) }
            )
            section.rows.append(
                [proxy.peer.name]
                    + [0.5, 0.99, 0.999].map { fraction in
                        let values = windows.map { Double($0.times.quantile(fraction)) }
                        return String(Int(ProxyCost.median(values)))
                    } + ["\(Int(busy * 100)) %\(busy > Self.generatorLimit ? " (void)" : "")"]
            )
        }
        report.add(section)
        let newest = Peer.all.map(\.name).last { $0.hasPrefix("HAProxy") }
        if let newest, let ours = tails["apus-proxy"], let theirs = tails[newest] {
            report.judge("p99 at a fixed rate × \(newest)", ours / theirs, unit: "", limit: 1)
        }
    }

    private func measureChurn(rate: Int, into report: inout BenchReport) async throws {
        let peers = Peer.all.filter(\.hasRuntimeAPI)
        let rig = try await ProxyRig(spinningPlan(rate: rate), peers: peers, folder: folder)
        defer { rig.stop() }
        let rounds = max(10, ProxyCost.rounds)
        var quiet = rig.running.map { _ in [Double]() }
        var churned = quiet
        try await rig.alternate(rounds: rounds) { index, proxy in
            let calm = try await Window(proxy, rig.traffic)
            quiet[index].append(Double(calm.times.quantile(0.99)))
            let churn = ServerChurn(socket: proxy.socket)
            let count = Self.churn / rounds
            async let servers: Void = churn.run(count, over: .seconds(2))
            let busy = try await Window(proxy, rig.traffic)
            try await servers
            churned[index].append(Double(busy.times.quantile(0.99)))
        }
        var section = BenchReport.Section(
            title: "Answer times while \(Self.churn) servers come and go",
            method: """
                \(rate) requests a second; \(rounds) alternating rounds of 2 s quiet and 2 s while \
                \(Self.churn / rounds) servers are added, made ready, put into maintenance and deleted over the Runtime \
                API. p99 in microseconds: median, and the middle half of the rounds.
                """
        )
        section.rows.append(["proxy", "quiet", "with churn", "ratio"])
        for (index, proxy) in rig.running.enumerated() {
            let ratios = zip(churned[index], quiet[index]).map { $0 / max(1, $1) }
            section.rows.append([
                proxy.peer.name, Self.spread(quiet[index]), Self.spread(churned[index]),
                BenchReport.text(ProxyCost.median(ratios)),
            ])
            if proxy.peer.name == "apus-proxy" {
                report.judge(
                    "p99 with churn × quiet",
                    ProxyCost.median(ratios),
                    unit: "",
                    limit: 1.1
                )
            }
        }
        report.add(section)
    }

    private static func spread(_ values: [Double]) -> String {
        let sorted = values.sorted()
        let low = sorted[sorted.count / 4]
        let high = sorted[sorted.count * 3 / 4]
        return "\(Int(ProxyCost.median(values))) (\(Int(low))–\(Int(high)))"
    }

    /// Two seconds of traffic at a rate.
    private struct Window {
        let times: LatencyHistogram
        /// Share of the time that the clients and servers worked.
        let busy: Double

        init(_ proxy: ProxyRig.Running, _ traffic: Traffic) async throws {
            traffic.send(to: [proxy.port])
            try await Task.sleep(for: .milliseconds(400))
            let (begin, start) = (traffic.report, ContinuousClock.now)
            try await Task.sleep(for: .seconds(2))
            let end = traffic.report.since(begin)
            let elapsed = (ContinuousClock.now - start) / .microseconds(1)
            traffic.pause()
            try await Task.sleep(for: .milliseconds(100))
            guard end.failed == 0, end.completed > 0 else {
                throw BenchFailure("\(proxy.peer.name) failed requests: \(end.failures)")
            }
            times = end.latencies
            busy = Double(end.busy) / elapsed
        }
    }
}
