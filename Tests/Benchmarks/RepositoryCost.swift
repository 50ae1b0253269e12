import Foundation
import Stage

/// What reading a large repository costs: 100,000 servers in 500 files.
struct RepositoryCost {
    private static let fileCount = 500
    private static let serversPerFile = 200

    let folder: TemporaryFolder

    func measure(into report: inout BenchReport) throws {
        let repository = try LargeRepository(
            "large",
            in: folder,
            files: Self.fileCount,
            serversPerFile: Self.serversPerFile,
            spread: .fiftiethFiles
        )
        var section = BenchReport.Section(
            title:
                "A repository of \(Self.fileCount * Self.serversPerFile) servers in \(Self.fileCount) files",
            method: """
                A bare repository on local disk, commits read with libgit2. CPU of the whole process and its \
                peak of resident memory (`VmHWM`), sampled from `/proc`; median of 3 runs. The two commits \
                differ in 1,000 servers in 10 files.
                """
        )
        section.rows.append(["command", "CPU s", "peak MiB"])
        let check = try cost(
            ["check", repository.bare, "--ref", repository.after],
            says: "100000 servers"
        )
        section.rows.append([
            "apus check", BenchReport.text(check.seconds), String(Int(check.mebibytes)),
        ])
        report.judge("apus check, CPU", check.seconds, unit: " s", limit: 1.5)
        report.judge("apus check, memory", check.mebibytes, unit: " MiB", limit: 300)
        let review = [
            "plan", repository.bare, "--from", repository.before, "--to", repository.after,
        ]
        let plan = try cost(review, says: "1000 to change")
        section.rows.append([
            "apus plan --from --to", BenchReport.text(plan.seconds), String(Int(plan.mebibytes)),
        ])
        report.judge("apus plan --from --to, CPU", plan.seconds, unit: " s", limit: 1)
        report.judge("apus plan --from --to, memory", plan.mebibytes, unit: " MiB", limit: 300)
        report.add(section)
    }

    /// Runs `apus`, which must succeed and say these words: a program that does nothing is quick.
    private func cost(
        _ arguments: [String],
        says words: String
    ) throws -> (seconds: Double, mebibytes: Double) {
        var costs: [ProcessMeter.Cost] = []
        for _ in 0..<3 {
            var command = ChildProcess.Command(Programs.apus, arguments)
            command.environment = ["XDG_STATE_HOME": folder.path("state")]
            let cost = try ProcessMeter.cost(of: command, logPath: folder.path("measured.log"))
            guard cost.status == 0, cost.output.contains(words) else {
                throw BenchFailure(
                    "apus \(arguments[0]) ended with status \(cost.status): \(cost.output.suffix(500))"
                )
            }
            costs.append(cost)
        }
        let seconds = ProxyCost.median(costs.map(\.cpuSeconds))
        return (seconds, ProxyCost.median(costs.map { Double($0.peakBytes) / 1_048_576 }))
    }
}
