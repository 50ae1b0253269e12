import Model

/// The files of one revision by path, and what was left out or refused while listing them.
struct FileListing {
    let limits: TreeLimits
    var entries: [String: FileEntry] = [:]
    private(set) var diagnostics: [Diagnostic] = []

    init(limits: TreeLimits) { self.limits = limits }

    /// A symbolic link is never followed: a document that is one is a mistake.
    mutating func noteLink(_ path: String) {
        if FileEntry.isDocument(path) {
            report(
                .error,
                "the file is a symbolic link, which is never followed; put the file itself here",
                path
            )
        } else {
            report(.note, "a symbolic link is not followed", path)
        }
    }

    /// A submodule is somebody else's repository.
    mutating func noteSubmodule(_ path: String) {
        report(.note, "a submodule is not read", path)
    }

    /// Refuses the whole revision: such a name is made to escape from a folder.
    mutating func refuseName(_ bytes: [UInt8], in folder: String) {
        let name = VisibleText.quoted(String(decoding: bytes.prefix(100), as: UTF8.self))
        let place = folder.isEmpty ? "/" : folder
        report(.error, "the tree holds an entry with the name \(name), which is not allowed", place)
    }

    private mutating func report(_ severity: Diagnostic.Severity, _ message: String, _ path: String)
    {
        guard diagnostics.count < 1_000 else { return }
        diagnostics.append(
            Diagnostic(severity, at: Origin(file: path, line: 1, column: 1), message)
        )
    }
}

/// One regular file.
struct FileEntry: Hashable, Sendable {
    /// From the root of the repository, with `/`.
    let path: String
    /// Git's object id of the content; empty while the file lies on disk unread.
    let id: String
    /// In bytes; nil where it was not asked for.
    let size: Int?

    /// Whether a file of this name may hold documents.
    static func isDocument(_ path: String) -> Bool {
        path.hasSuffix(".yaml") || path.hasSuffix(".yml")
    }
}

/// How much of a repository is looked at; beyond, it is refused.
struct TreeLimits: Hashable, Sendable {
    var files = 100_000
    var depth = 64
    /// In bytes, of one file that is read and holds no documents.
    var fileSize = 8 << 20
}
