import Foundation
import Stage

/// Whether memory stays flat while traffic flows and servers come and go for a long time.
struct ProxySoak {
    let folder: TemporaryFolder

    /// Seconds of the run: `SOAK=600` for the ten minutes of a release.
    private static let seconds =
        ProcessInfo.processInfo.environment["SOAK"].flatMap { Int($0) } ?? 60
    private static let rate = 5_000
    /// Servers that come and go in each twentieth of the run.
    private static let churn = 1_000

    func measure(into report: inout BenchReport) async throws {
        var plan = TrafficPlan()
        plan.connections = 64
        plan.rate = Self.rate
        let rig = try await ProxyRig(
            plan,
            peers: Peer.all.filter { $0.name == "apus-proxy" },
            folder: folder
        )
        defer { rig.stop() }
        guard let proxy = rig.running.first else { return }
        rig.traffic.send(to: [proxy.port])
        var resident: [Int] = []
        for _ in 0..<20 {
            let slice = Duration.seconds(Self.seconds) / 20
            try await ServerChurn(socket: proxy.socket).run(Self.churn, over: slice)
            resident.append(ProcessMeter.residentBytes(of: proxy.workerPID))
        }
        let traffic = rig.traffic.report
        guard traffic.failed == 0 else {
            throw BenchFailure("requests failed: \(traffic.failures)")
        }
        // Pools and tables have reached their sizes after a fifth of the run.
        let ratio = Double(resident[19]) / Double(resident[4])
        var section = BenchReport.Section(
            title: "Memory over \(Self.seconds) seconds",
            method: """
                \(Self.rate) requests a second over 64 connections, \(traffic.completed) in all and none failed; \
                \(Self.churn * 20) servers added, made ready and deleted meanwhile. `VmRSS` in KiB.
                """
        )
        section.rows.append(["after a fifth", "half", "four fifths", "the end", "end : fifth"])
        section.rows.append(
            [4, 9, 15, 19].map { String(resident[$0] / 1024) } + [BenchReport.text(ratio)]
        )
        report.add(section)
        report.judge("memory at the end × after a fifth", ratio, unit: "", limit: 1.05)
    }
}
