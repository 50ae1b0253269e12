import Foundation
import Stage

/// A fleet of one proxy with very many servers, in a bare repository: as it is, and with one in a hundred moved.
struct LargeRepository {
    let bare: String
    private(set) var before = ""
    private(set) var after = ""

    private let folder: TemporaryFolder
    private let name: String
    private let serversPerFile: Int

    /// Writes `files` backends of `serversPerFile` servers each, in a file each; the second commit moves one server
    /// in a hundred: half of those in every fiftieth file, or one or more in every file.
    init(
        _ name: String,
        in folder: TemporaryFolder,
        files: Int,
        serversPerFile: Int,
        spread: Spread = .everywhere
    ) throws {
        self.folder = folder
        self.name = name
        self.serversPerFile = serversPerFile
        let repository = try GitWorktree(path: folder.path(name), bare: folder.path("\(name).git"))
        bare = repository.bare
        try folder.folder("\(name)/backends")
        try folder.folder("\(name)/boot")
        try writeFleet(backends: files)
        for file in 0..<files { try writeBackend(file, moved: 0) }
        before = try repository.commit("Describe a large fleet")
        let (step, moved) =
            spread == .everywhere ? (1, serversPerFile / 100) : (50, serversPerFile / 2)
        for file in stride(from: 0, to: files, by: step) { try writeBackend(file, moved: moved) }
        after = try repository.commit("Move one server in a hundred")
        try repository.push()
    }

    /// Where the servers stand that move.
    enum Spread {
        case everywhere
        case fiftiethFiles
    }

    private func writeFleet(backends: Int) throws {
        let sections = (0..<backends).map { "backend b\($0)\n    balance roundrobin\n" }
        let head = """
            global
                stats socket unix@run/lb1.sock mode 600 level admin
            defaults
                mode http
                timeout connect 2s
                timeout client 30s
                timeout server 30s

            """
        try folder.write(head + sections.joined(), to: "\(name)/boot/large.cfg")
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
            to: "\(name)/fleet.yaml"
        )
    }

    /// One backend; its first servers get another address.
    private func writeBackend(_ number: Int, moved: Int) throws {
        var text = """
            apiVersion: apus/v1
            kind: Backend
            metadata: {name: b\(number)}
            spec:
              fleets: {matchNames: [large]}
              server: {weight: 100, maxconn: 200}
              servers:

            """
        for server in 0..<serversPerFile {
            let index = number * serversPerFile + server
            let port = server < moved ? 8081 : 8080
            text +=
                "    s\(server): 10.\(index / 65_536).\(index / 256 % 256).\(index % 256):\(port)\n"
        }
        try folder.write(text, to: "\(name)/backends/b\(number).yaml")
    }
}
