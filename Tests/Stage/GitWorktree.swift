import Foundation

/// A clone in which commits are made and pushed, as a person would, and the bare repository behind it.
package struct GitWorktree: Sendable {
    package let path: String
    package let bare: String

    /// Makes an empty bare repository and a work tree whose `origin` it is.
    package init(path: String, bare: String) throws {
        self.path = path
        self.bare = bare
        try Self.git(["init", "--quiet", "--bare", "--initial-branch=main", bare], in: "/")
        try Self.git(["init", "--quiet", "--initial-branch=main", path], in: "/")
        try run("remote", "add", "origin", bare)
    }

    /// Commits everything that changed and returns the new commit.
    @discardableResult
    package func commit(_ message: String) throws -> String {
        try run("add", "--all")
        try run("commit", "--quiet", "--message", message)
        return try run("rev-parse", "HEAD").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Pushes and returns what git and its hooks said.
    @discardableResult
    package func push() throws -> String { try run("push", "--quiet", "origin", "HEAD:main") }

    /// When the bare repository's branch was moved last: seconds since 1970.
    package var refUpdate: Double {
        let attributes = try? FileManager.default.attributesOfItem(
            atPath: "\(bare)/refs/heads/main"
        )
        return (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    }

    /// Replaces text in a file of the work tree; a text that is not there is a mistake of ours.
    package func edit(_ name: String, replace old: String, with new: String) throws {
        let file = "\(path)/\(name)"
        let text = String(
            decoding: FileManager.default.contents(atPath: file) ?? Data(),
            as: UTF8.self
        )
        precondition(text.contains(old), "\(name) does not contain '\(old)'")
        try Data(text.replacing(old, with: new).utf8).write(to: URL(filePath: file))
    }

    /// Runs git in the work tree and returns what it printed.
    @discardableResult
    package func run(_ arguments: String...) throws -> String { try Self.git(arguments, in: path) }

    @discardableResult
    private static func git(_ arguments: [String], in folder: String) throws -> String {
        var command = ChildProcess.Command(
            "git",
            [
                "-c", "user.name=Apus", "-c", "user.email=apus@example.com", "-c",
                "commit.gpgsign=false",
            ] + arguments
        )
        command.folder = folder
        // Neither the person's configuration nor an outer repository may change what happens here.
        command.environment = ["GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"]
        let result = try ChildProcess.run(command)
        guard result.status == 0 else {
            throw RuntimeConsole.Failure(
                description: "git \(arguments.joined(separator: " ")): \(result.errors)"
            )
        }
        return result.output + result.errors
    }
}
