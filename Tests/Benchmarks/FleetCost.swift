import Foundation
import Stage

/// What `apus` costs for a fleet of 600 proxies, and how fast it changes a single one.
///
/// The proxies are pretended by another process, which answers the Runtime API on a socket each; the last
/// measure takes a real apus-proxy.
struct FleetCost {
    private static let proxies = 600
    private static let servers = 1000

    let folder: TemporaryFolder

    func measure(into report: inout BenchReport) async throws {
        try await measurePasses(into: &report)
        try await measureGrowth(into: &report)
        try await measureApply(into: &report)
        try measureMarkdown(into: &report)
    }

    // MARK: Nothing to do

    private func measurePasses(into report: inout BenchReport) async throws {
        var section = BenchReport.Section(
            title:
                "A pass over \(Self.proxies) proxies with \(Self.servers) servers that changes nothing",
            method: """
                Pretended proxies in another process, all alike, a Unix socket each. HAProxy 2.6: CPU of a whole \
                `apus plan`, which reads `show info`, `help`, `show servers state`, `show backend` and `show stat`; \
                median of 3. apus-proxy: CPU of `apus run` in 10 s by the passes in them, one 300 ms after the \
                other, each of which reads `show info` and `show state digest -`; `schedstat` of all threads.
                """
        )
        section.rows.append(["proxies pretend to be", "CPU s a pass"])
        let tables = try await tablePass()
        section.rows.append(["HAProxy 2.6", BenchReport.text(tables)])
        report.judge("no-change pass, HAProxy's tables, CPU", tables, unit: " s", limit: 2)
        let digest = try await digestPass()
        section.rows.append(["apus-proxy", BenchReport.text(digest)])
        report.judge("no-change pass, state digest, CPU", digest, unit: " s", limit: 0.2)
        report.add(section)
    }

    private func tablePass() async throws -> Double {
        let stage = try await FleetStage(folder, .haproxy, proxies: Self.proxies, Self.servers)
        defer { stage.stop() }
        try stage.declare(servers: Self.servers)
        let costs = try (0..<3).map { _ in
            try stage.cost(of: ["plan", stage.bare], says: "No changes. Every proxy")
        }
        return ProxyCost.median(costs.map(\.cpuSeconds))
    }

    private func digestPass() async throws -> Double {
        let stage = try await FleetStage(folder, .apusProxy, proxies: Self.proxies, Self.servers)
        defer { stage.stop() }
        try stage.declare(servers: Self.servers)
        let watched = try await stage.watch(every: "300ms", for: .seconds(10))
        guard watched.passes > 0 else { throw BenchFailure("apus run made no pass in 10 s") }
        return watched.cpuSeconds / Double(watched.passes)
    }

    // MARK: Growth

    private func measureGrowth(into report: inout BenchReport) async throws {
        var section = BenchReport.Section(
            title: "From 115 to 600 servers on \(Self.proxies) proxies",
            method: """
                CPU of a whole `apus apply --yes` with its peak of memory: read, planned, written to the ledger, \
                applied in one wave and confirmed on pretended proxies; 485 servers are added and enabled on each, \
                582,000 operations.
                """
        )
        section.rows.append(["proxies pretend to be", "CPU s", "peak MiB", "seconds"])
        for program in [PretendProxy.Program.haproxy, .apusProxy] {
            let stage = try await FleetStage(folder, program, proxies: Self.proxies, 115)
            defer { stage.stop() }
            try stage.declare(servers: 600)
            let start = ContinuousClock.now
            let cost = try stage.cost(
                of: ["apply", stage.bare, "--yes"],
                says: "600 proxies"
            )
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            let name = program == .haproxy ? "HAProxy 2.6" : "apus-proxy"
            section.rows.append([
                name, BenchReport.text(cost.cpuSeconds), String(cost.peakBytes >> 20),
                BenchReport.text(seconds),
            ])
            report.judge(
                "582,000 operations on 600 proxies, \(name), CPU",
                cost.cpuSeconds,
                unit: " s",
                limit: 15
            )
        }
        report.add(section)
    }

    // MARK: One proxy

    private func measureApply(into report: inout BenchReport) async throws {
        var section = BenchReport.Section(
            title: "One apus-proxy",
            method: """
                20,000 servers added and enabled on a real apus-proxy by `apus run` over one connection, as \
                transactions of 4,096 steps; 40,000 operations by the time from the line `revision seen` to \
                `proxy converged` in its log: observed, planned, written to the ledger, applied and confirmed. \
                Best of 3.
                """
        )
        section.rows.append(["operations a second"])
        var best = Double.infinity
        for _ in 0..<3 {
            let stage = try await FleetStage(folder, nil, proxies: 1, 0)
            defer { stage.stop() }
            try stage.declare(servers: 20_000)
            best = min(best, try await stage.converge())
        }
        section.rows.append([String(Int(40_000 / best))])
        report.judge("40,000 operations on one apus-proxy", best, unit: " s", limit: 1)
        report.add(section)
    }

    // MARK: Review

    private func measureMarkdown(into report: inout BenchReport) throws {
        let stage = try FleetStage(folder: folder)
        try stage.declare(servers: 100)
        let before = stage.head
        try stage.declare(servers: 25_100)
        let plan = try stage.cost(
            of: ["plan", stage.bare, "--from", before, "--to", stage.head, "-o", "markdown"],
            says: "25000"
        )
        var section = BenchReport.Section(
            title: "Markdown of a plan of 50,000 operations",
            method:
                "`apus plan --from --to -o markdown`: 25,000 servers added and enabled on one proxy."
        )
        section.rows.append(["characters", "CPU s"])
        section.rows.append([String(plan.output.count), BenchReport.text(plan.cpuSeconds)])
        report.judge(
            "markdown of 50,000 operations, characters",
            Double(plan.output.count),
            unit: "",
            limit: 60_000
        )
        report.add(section)
    }
}
