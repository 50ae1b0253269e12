import Foundation
import Stage

/// What reading a large repository costs: 100,000 servers in 500 files.
struct RepositoryCost {
    static let fileCount = 500
    static let serversPerFile = 200

    let folder: TemporaryFolder

    func measure(into report: inout BenchReport) throws {
        let repository = try GitWorktree(path: folder.path("large"), bare: folder.path("large.git"))
        try write(repository)
        let before = try repository.commit("Describe a large fleet")
        for file in 0..<10 { try writeBackend(file * 50, shift: 100, repository) }
        let after = try repository.commit("Move a thousand servers")
        try repository.push()

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
        let check = try cost(["check", repository.bare, "--ref", after], says: "100000 servers")
        section.rows.append([
            "apus check", BenchReport.text(check.seconds), String(Int(check.mebibytes)),
        ])
        report.judge("apus check, CPU", check.seconds, unit: " s", limit: 1.5)
        report.judge("apus check, memory", check.mebibytes, unit: " MiB", limit: 300)
        let review = ["plan", repository.bare, "--from", before, "--to", after]
        let plan = try cost(review, says: "1000 to change")
        section.rows.append([
            "apus plan --from --to", BenchReport.text(plan.seconds), String(Int(plan.mebibytes)),
        ])
        report.judge("apus plan --from --to, CPU", plan.seconds, unit: " s", limit: 1.5)
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

    private func write(_ repository: GitWorktree) throws {
        try folder.folder("large/backends")
        try folder.folder("large/boot")
        let sections = (0..<Self.fileCount).map { "backend b\($0)\n    balance roundrobin\n" }
        let head = """
            global
                stats socket unix@run/lb1.sock mode 600 level admin
            defaults
                mode http
                timeout connect 2s
                timeout client 30s
                timeout server 30s

            """
        try folder.write(head + sections.joined(), to: "large/boot/large.cfg")
        try folder.write(
            """
            apiVersion: apus/v1
            kind: Fleet
            metadata: {name: large}
            spec:
              proxies:
                - {name: lb1, runtime: "unix:run/lb1.sock"}
              boot: boot/large.cfg

            """,
            to: "large/fleet.yaml"
        )
        for file in 0..<Self.fileCount { try writeBackend(file, shift: 0, repository) }
    }

    /// One backend; the first `shift` servers get another address.
    private func writeBackend(_ number: Int, shift: Int, _ repository: GitWorktree) throws {
        var text = """
            apiVersion: apus/v1
            kind: Backend
            metadata: {name: b\(number)}
            spec:
              fleets: {matchNames: [large]}
              server: {weight: 100, maxconn: 200}
              servers:

            """
        for server in 0..<Self.serversPerFile {
            let index = number * Self.serversPerFile + server
            let port = server < shift ? 8081 : 8080
            text +=
                "    s\(server): 10.\(index / 65_536).\(index / 256 % 256).\(index % 256):\(port)\n"
        }
        try folder.write(text, to: "large/backends/b\(number).yaml")
    }
}
