import Desired
import Foundation
import Model

/// A Git repository in a temporary folder, driven by the `git` program.
final class TemporaryRepository: Sendable {
    let folder: TemporaryFolder
    var path: String { folder.path }
    var source: DesiredSource { DesiredSource(.repository(path: path)) }

    init(bare: Bool = false) throws {
        folder = try TemporaryFolder()
        try git("init", "--quiet", "--initial-branch=main", bare ? "--bare" : "--template=")
    }

    /// Runs git in the repository and returns what it printed.
    @discardableResult
    func git(_ arguments: String..., input: [UInt8] = []) throws -> String {
        try git(arguments, input: input)
    }

    @discardableResult
    func git(_ arguments: [String], input: [UInt8] = []) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/git")
        process.arguments = ["-C", path, "-c", "protocol.file.allow=always"] + arguments
        process.environment = [
            "PATH": "/usr/bin:/bin", "HOME": path, "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
            "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com",
            "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
        ]
        let output = Pipe()
        let source = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = source
        try process.run()
        try source.fileHandleForWriting.write(contentsOf: Data(input))
        try source.fileHandleForWriting.close()
        let text = String(
            decoding: try output.fileHandleForReading.readToEnd() ?? Data(),
            as: UTF8.self
        )
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw GitFailed(arguments: arguments, output: text)
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Commits these files over what is there and returns the commit's id.
    @discardableResult
    func commit(_ files: [String: String], message: String = "change") throws -> String {
        try folder.write(files)
        try git("add", "--all")
        try git("commit", "--quiet", "--allow-empty", "--message", message)
        return try git("rev-parse", "HEAD")
    }

    /// Makes a tree of one entry that no sane program would write, commits it and points `main` at it.
    func commitTree(mode: String, name: [UInt8], id: String) throws {
        var digits = Array(id.utf8)[...]
        var tree = Array("\(mode) ".utf8) + name + [0]
        while digits.count >= 2 {
            tree.append(UInt8(String(decoding: digits.prefix(2), as: UTF8.self), radix: 16) ?? 0)
            digits = digits.dropFirst(2)
        }
        let treeID = try git(
            "hash-object",
            "-t",
            "tree",
            "--literally",
            "-w",
            "--stdin",
            input: tree
        )
        let commit = try git("commit-tree", "-m", "made by hand", treeID)
        try git("update-ref", "refs/heads/main", commit)
    }

    /// Removes a loose object.
    func remove(object id: String) throws {
        try FileManager.default.removeItem(atPath: loosePath(of: id))
    }

    /// Where a loose object lies.
    func loosePath(of id: String) -> String {
        "\(path)/.git/objects/\(id.prefix(2))/\(id.dropFirst(2))"
    }

    struct GitFailed: Error { let arguments: [String], output: String }
}

/// The smallest repository that loads.
let smallState = [
    "fleet.yaml": """
    apiVersion: apus/v1
    kind: Fleet
    metadata: {name: edge, labels: {role: edge}}
    spec:
      proxies:
        - {name: lb1, runtime: "unix:run/lb1.sock"}
    """,
    "shop.yaml": """
    apiVersion: apus/v1
    kind: Backend
    metadata: {name: shop}
    spec:
      fleets: {matchLabels: {role: edge}}
      servers:
        shop-1: 10.0.0.1:8080
    """,
]
