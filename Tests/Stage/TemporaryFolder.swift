import FoundationEssentials

/// A folder of one's own below the system's temporary folder, removed by `remove`.
package struct TemporaryFolder: Sendable {
    package let path: String

    package init(_ purpose: String) throws {
        path =
            FileManager.default.temporaryDirectory.path
            + "/apus-\(purpose)-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// The path of something in the folder.
    package func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Makes a folder in it and returns its path.
    @discardableResult
    package func folder(_ name: String) throws -> String {
        try FileManager.default.createDirectory(
            atPath: path(name),
            withIntermediateDirectories: true
        )
        return path(name)
    }

    /// Writes a file, replacing what was there.
    package func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path(name)))
    }

    /// Empty if there is no such file.
    package func read(_ name: String) -> String {
        guard let data = FileManager.default.contents(atPath: path(name)) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    /// Removes everything; what is not there any more is no mistake.
    package func remove() { try? FileManager.default.removeItem(atPath: path) }
}
