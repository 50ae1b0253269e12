import FoundationEssentials
import Model

/// The files of a folder as they lie on disk; links are not followed and hidden folders are skipped.
struct FolderTree {
    private(set) var listing: FileListing
    private let root: String
    private var limits: TreeLimits { listing.limits }

    init(root: String, limits: TreeLimits = TreeLimits()) throws(GitError) {
        self.root = root
        listing = FileListing(limits: limits)
        try list("", depth: 0)
    }

    private mutating func list(_ folder: String, depth: Int) throws(GitError) {
        guard depth <= limits.depth else {
            throw GitError(
                .tooLarge,
                "folders are nested deeper than \(limits.depth) levels at \(folder)"
            )
        }
        for name in try names(in: folder).sorted() where !name.hasPrefix(".") {
            let path = folder + name
            // A file may vanish between listing and looking: then it is not there.
            guard
                let attributes = try? FileManager.default.attributesOfItem(
                    atPath: "\(root)/\(path)"
                )
            else { continue }
            switch attributes[.type] as? FileAttributeType {
            case .typeDirectory?:
                try list(path + "/", depth: depth + 1)
            case .typeRegular?:
                guard listing.entries.count < limits.files else {
                    throw GitError(.tooLarge, "\(root) has more than \(limits.files) files")
                }
                let size = (attributes[.size] as? UInt64).map(Int.init) ?? 0
                listing.entries[path] = FileEntry(path: path, id: "", size: size)
            case .typeSymbolicLink?: listing.noteLink(path)
            default: break
            }
        }
    }

    private func names(in folder: String) throws(GitError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: "\(root)/\(folder)")
        } catch {
            let place = folder.isEmpty ? root : "\(root)/\(folder)"
            throw GitError(
                .fileSystem,
                "cannot list the folder \(place)",
                advice: "check that it exists and is readable"
            )
        }
    }

    /// The content of a file, refused when it is larger than `limit` bytes.
    func read(_ entry: FileEntry, limit: Int) throws(GitError) -> [UInt8] {
        guard let size = entry.size, size <= limit else {
            throw GitError(
                .tooLarge,
                "\(entry.path) has \(entry.size ?? 0) bytes, the limit is \(limit)"
            )
        }
        do {
            return try Array(Data(contentsOf: URL(filePath: "\(root)/\(entry.path)")))
        } catch {
            throw GitError(
                .fileSystem,
                "cannot read \(root)/\(entry.path)",
                advice: "check that it is readable"
            )
        }
    }
}
