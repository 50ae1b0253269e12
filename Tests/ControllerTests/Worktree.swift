import FoundationEssentials

@testable import Controller

/// A desired-state folder on disk for two proxies, one backend and one map.
struct Worktree {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try write(
            "fleet.yaml",
            """
            apiVersion: apus/v1
            kind: Fleet
            metadata: {name: edge, labels: {role: edge}}
            spec:
              proxies:
                - {name: lb1, runtime: "unix:run/lb1.sock"}
                - {name: lb2, runtime: "unix:run/lb2.sock"}
              removal: {grace: 0s, drainTimeout: 1s}
            """
        )
        try servers(["s1: 127.0.0.1:8001", "s2: 127.0.0.1:8002"])
        try hosts(["a.example": "shop"])
    }

    var path: String { folder.path + "/repo" }
    var state: StateDirectory { StateDirectory(path: folder.path + "/state") }

    func servers(_ lines: [String], and more: String = "") throws {
        let head = """
            apiVersion: apus/v1
            kind: Backend
            metadata: {name: shop}
            spec:
              fleets: {matchLabels: {role: edge}}
              servers:
            """
        try write(
            "shop.yaml",
            ([head] + lines.map { "    " + $0 } + [more]).joined(separator: "\n")
        )
    }

    func hosts(_ entries: [String: String]) throws {
        let head = """
            apiVersion: apus/v1
            kind: Map
            metadata: {name: hosts}
            spec:
              name: hosts.map
              fleets: {matchLabels: {role: edge}}
              entries:
            """
        let lines = entries.sorted { $0.key < $1.key }.map { "    \"\($0.key)\": \($0.value)" }
        try write("hosts.yaml", ([head] + lines).joined(separator: "\n"))
    }

    func write(_ name: String, _ text: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data((text + "\n").utf8).write(to: URL(filePath: "\(path)/\(name)"))
    }

    /// A session that reads this folder and reaches a pretended fleet.
    func session(
        _ fleet: PretendFleet,
        _ transcript: Transcript,
        answer: String? = nil,
        adjust: (inout Session.Options) -> Void = { _ in }
    ) -> Session {
        var options = Session.Options(state: state, executable: "/nonexistent")
        options.repository = path
        options.worktree = true
        adjust(&options)
        return Session(
            options,
            console: transcript.console(answer: answer),
            transport: fleet,
            clock: ContinuousClock(),
            now: { 1_764_000_000_000 }
        )
    }
}
