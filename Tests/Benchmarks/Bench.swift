import Foundation
import Stage

/// The measurements in order, and the report they make.
struct Bench {
    private var environment: [String: String] { ProcessInfo.processInfo.environment }

    /// 0 when every limit of the report holds.
    func run() async -> Int32 {
        var report = BenchReport()
        do {
            let folder = try TemporaryFolder("bench")
            defer { folder.remove() }
            let parts =
                (environment["BENCH"]
                ?? "proxy latency memory soak check plan hostile rivals push runtime fleet")
                .split(
                    separator: " "
                )
            if parts.contains("proxy") {
                try await ProxyCost(folder: folder).measure(into: &report)
            }
            if parts.contains("latency") {
                try await ProxyLatency(folder: folder).measure(into: &report)
            }
            if parts.contains("memory") {
                try await ProxyMemory(folder: folder).measure(into: &report)
            }
            if parts.contains("soak") {
                try await ProxySoak(folder: folder).measure(into: &report)
            }
            if parts.contains("check") || parts.contains("plan") {
                try RepositoryCost(folder: folder).measure(into: &report)
            }
            if parts.contains("hostile") { try HostileCost(folder: folder).measure(into: &report) }
            if parts.contains("rivals") { try RivalCost(folder: folder).measure(into: &report) }
            if parts.contains("push") { try await PushTime().measure(into: &report) }
            if parts.contains("runtime") {
                try await RuntimeCost(folder: folder).measure(into: &report)
                try await RuntimeChange(folder: folder).measure(into: &report)
            }
            if parts.contains("fleet") {
                try await FleetCost(folder: folder).measure(into: &report)
            }
            let text = report.markdown(
                date: Date.now,
                machine: Machine.description + "\n\n" + Self.versions()
            )
            print(text)
            try report.save(text, date: Date.now)
            return report.holds ? 0 : 1
        } catch is CancellationError {
            print("interrupted; everything is stopped")
            return 130
        } catch {
            print("bench: \(error)")
            return 1
        }
    }

    /// The commit measured and the programs compared.
    private static func versions() -> String {
        let git = ChildProcess.Command(
            "git",
            ["-C", Programs.top, "describe", "--always", "--dirty"]
        )
        let commit =
            (try? ChildProcess.run(git).output.trimmingCharacters(in: .whitespacesAndNewlines))
            ?? ""
        let lines = Peer.all.map { "- \($0.name): \($0.versionLine)" }
        return (["Commit \(commit)."] + [""] + lines).joined(separator: "\n")
    }
}
