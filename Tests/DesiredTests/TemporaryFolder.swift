import Desired
import Foundation
import Model

/// A folder that is gone when nobody holds it any more.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory
            .appending(path: "apus-desired-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes files by relative path, making folders as needed.
    func write(_ files: [String: String]) throws {
        for (name, text) in files { try write(Array(text.utf8), to: name) }
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        let file = URL(filePath: "\(path)/\(name)")
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: file)
    }
}

/// What a set of files says, read from disk.
func load(_ files: [String: String]) throws -> LoadedState {
    let folder = try TemporaryFolder()
    try folder.write(files)
    let source = DesiredSource(.worktree(path: folder.path))
    return try source.load(source.resolve())
}

extension LoadedState {
    /// `file:line:column: message (context) (first: file:line:column)` of every diagnostic.
    var problems: [String] {
        diagnostics.map { problem in
            let context = problem.context.isEmpty ? "" : " (\(problem.context))"
            let related = problem.related.map { " (first: \($0))" } ?? ""
            return "\(problem)\(context)\(related)"
        }
    }
}
