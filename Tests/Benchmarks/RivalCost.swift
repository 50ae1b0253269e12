import Foundation
import Stage

/// What it costs to plan a change of one object in a hundred, beside tools that people plan with elsewhere.
///
/// Those that this machine has are asked: `octodns-sync` and `terraform` in PATH, or the words in `OCTODNS` and
/// `TERRAFORM` (OpenTofu will do).
struct RivalCost {
    let folder: TemporaryFolder

    func measure(into report: inout BenchReport) throws {
        var section = BenchReport.Section(
            title: "Planning a change of one object in a hundred",
            method: """
                The same number of objects: servers in backends of a bare repository (`apus plan --from --to`), A \
                records in zones of octoDNS's YAML provider, compared with another folder of it (`octodns-sync` \
                without `--doit`, one worker), and `terraform_data` in modules with `for_each` against a local \
                state (`terraform plan`). CPU of whole processes: what `/proc/self/stat` counts for children that \
                ended. What changes is half of the objects in every fiftieth file, zone or module. One run of \
                each rival, ten of `apus`; each must name exactly what changes.
                """
        )
        section.rows.append(["objects", "apus, CPU s", "rival", "CPU s", "ratio"])
        for rival in Rival.all {
            guard let words = Programs.find(rival.program, variable: rival.variable) else {
                section.rows.append(["", "", "\(rival.name): not installed", "", ""])
                continue
            }
            let version = try ChildProcess.run(
                ChildProcess.Command(words[0], Array(words.dropFirst()) + ["--version"])
            )
            let line = version.output.split(whereSeparator: \.isNewline).first ?? "unknown version"
            let own = try apus(rival)
            let theirs = try cost(of: rival, words)
            section.rows.append([
                String(rival.objects), String(format: "%.3f", own), String(line),
                BenchReport.text(theirs), BenchReport.text(theirs / own),
            ])
            report.judge(
                "CPU of \(rival.name) to that of apus, \(rival.objects) objects",
                theirs / own,
                unit: " times",
                atLeast: rival.wanted
            )
        }
        report.add(section)
    }

    private func apus(_ rival: Rival) throws -> Double {
        let repository = try LargeRepository(
            "beside-\(rival.variable)",
            in: folder,
            files: rival.groups,
            serversPerFile: rival.objects / rival.groups,
            spread: .fiftiethFiles
        )
        var command = ChildProcess.Command(
            Programs.apus,
            ["plan", repository.bare, "--from", repository.before, "--to", repository.after]
        )
        command.environment = ["XDG_STATE_HOME": folder.path("state")]
        let rounds = 10
        let before = ProcessMeter.childrenTime()
        for _ in 0..<rounds {
            try run(command, says: " \(rival.objects / 100) to change")
        }
        return Double(ProcessMeter.childrenTime() - before) / 1e9 / Double(rounds)
    }

    private func cost(of rival: Rival, _ words: [String]) throws -> Double {
        let home = try folder.folder("rival-\(rival.variable)")
        try rival.write(folder, "rival-\(rival.variable)")
        let fixed = Array(words.dropFirst())
        if let preparation = rival.preparation {
            var command = ChildProcess.Command(words[0], fixed + preparation)
            command.folder = home
            try run(command, says: "")
        }
        var command = ChildProcess.Command(words[0], fixed + rival.arguments)
        command.folder = home
        let before = ProcessMeter.childrenTime()
        try run(command, says: rival.says)
        return Double(ProcessMeter.childrenTime() - before) / 1e9
    }

    /// Must succeed and say these words: a program that does nothing is quick.
    private func run(_ command: ChildProcess.Command, says words: String) throws {
        let result = try ChildProcess.run(command)
        let text = result.output + result.errors
        guard result.status == 0, words.isEmpty || text.contains(words) else {
            throw BenchFailure(
                "\(command.program) ended with status \(result.status): \(text.suffix(500))"
            )
        }
    }
}
