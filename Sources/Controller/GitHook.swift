import FoundationEssentials

/// One file in a repository's `hooks` folder that runs one command of ours.
package struct GitHook: Hashable, Sendable {
    /// What installing did.
    package enum Result: Hashable, Sendable { case installed, updated, alreadyInstalled }

    /// The hook could not be installed; says why and what to do.
    package struct Refused: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// Git's name of the hook, e.g. `post-receive`.
    package let name: String
    /// The line that does the work, for `/bin/sh`; what to add to a hook of one's own.
    package let command: String

    package init(name: String, command: String) {
        self.name = name
        self.command = command
    }

    private static let mark = "# Installed by `apus hook install`, which may rewrite this file."

    /// The whole hook, for `/bin/sh`.
    package var script: String {
        """
        #!/bin/sh
        \(Self.mark)
        \(command)

        """
    }

    /// Writes the hook; somebody else's is kept and refused.
    package func install(into repository: String) throws -> Result {
        let folder = try Self.gitFolder(of: repository) + "/hooks"
        let path = folder + "/" + name
        let files = FileManager.default
        let existing = files.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
        if let existing, !existing.contains(Self.mark) {
            throw Refused(
                description: """
                    \(path) exists and is not ours, so it stays as it is
                    to run apus from it, add this line to it:
                      \(command)
                    """
            )
        }
        guard existing != script else { return .alreadyInstalled }
        try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // A new file renamed into place: a push that runs meanwhile sees the old hook or the new one.
        try Data(script.utf8).write(to: URL(filePath: path), options: .atomic)
        try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return existing == nil ? .installed : .updated
    }

    /// The folder with `HEAD` and `objects`: the repository itself when bare, else its `.git`.
    private static func gitFolder(of repository: String) throws(Refused) -> String {
        for folder in [repository, repository + "/.git"] {
            let isRepository = ["HEAD", "objects"].allSatisfy {
                FileManager.default.fileExists(atPath: "\(folder)/\($0)")
            }
            if isRepository { return folder }
        }
        throw Refused(
            description:
                "\(repository) is not a Git repository; create one with `git init --bare \(repository)`"
        )
    }

    /// Text as one word of `/bin/sh`.
    static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
