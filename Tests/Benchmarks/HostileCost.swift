import Foundation
import Stage

/// What `apus check` pays for files of one mebibyte that were made to be expensive.
struct HostileCost {
    let folder: TemporaryFolder

    func measure(into report: inout BenchReport) throws {
        var section = BenchReport.Section(
            title: "Hostile files of one mebibyte",
            method: """
                `apus check --worktree` of a folder with nothing but this file. CPU of the whole process and its \
                peak of resident memory (`VmHWM`), sampled from `/proc`; once each, the most expensive first.
                """
        )
        section.rows.append(["file", "CPU s", "peak MiB"])
        var costs: [(name: String, cpu: Double, mebibytes: Double)] = []
        for (number, file) in HostileFile.all.enumerated() {
            let home = "hostile-\(number)"
            try folder.folder(home)
            try folder.write(file.text, to: "\(home)/x.yaml")
            let command = ChildProcess.Command(
                Programs.apus,
                ["check", folder.path(home), "--worktree"]
            )
            let cost = try ProcessMeter.cost(of: command, logPath: folder.path("\(home).log"))
            costs.append((file.name, cost.cpuSeconds, Double(cost.peakBytes) / 1_048_576))
        }
        for cost in costs.sorted(by: { $0.cpu > $1.cpu }) {
            section.rows.append([
                cost.name, BenchReport.text(cost.cpu), BenchReport.text(cost.mebibytes),
            ])
        }
        report.judge(
            "the worst of \(costs.count) hostile files, CPU",
            costs.map(\.cpu).max() ?? 0,
            unit: " s",
            limit: 1
        )
        report.judge(
            "the worst of \(costs.count) hostile files, memory",
            costs.map(\.mebibytes).max() ?? 0,
            unit: " MiB",
            limit: 64
        )
        report.add(section)
    }
}
