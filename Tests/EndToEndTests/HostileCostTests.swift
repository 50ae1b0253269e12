import Foundation
import Stage
import Testing

/// One mebibyte of anything costs at most a second and 64 MiB, and is refused in words.
@Suite(.tags(.endToEnd), .serialized) struct HostileCostTests {
    /// A debug build checks every bound and inlines nothing.
    #if DEBUG
        private static let seconds = 8.0
        private static let mebibytes = 160
    #else
        private static let seconds = 1.0
        private static let mebibytes = 64
    #endif

    @Test(.timeLimit(.minutes(2)), arguments: HostileFile.all)
    func `it is refused, soon and in little memory`(file: HostileFile) throws {
        let folder = try TemporaryFolder("hostile")
        defer { folder.remove() }
        #expect(file.text.utf8.count <= HostileFile.size)
        try folder.folder("repo")
        try folder.write(file.text, to: "repo/x.yaml")
        let command = ChildProcess.Command(
            Programs.apus,
            ["check", folder.path("repo"), "--worktree"]
        )
        let cost = try ProcessMeter.cost(of: command, logPath: folder.path("log"))
        #expect(cost.cpuSeconds <= Self.seconds, "\(file.name)")
        #expect(
            cost.peakBytes <= Self.mebibytes << 20,
            "\(file.name): \(cost.peakBytes >> 20) MiB"
        )
        #expect(cost.output.utf8.count < 200_000)
        if cost.status != 0 {
            #expect(cost.output.contains("x.yaml:"), "\(cost.output.prefix(500))")
        }
    }
}
