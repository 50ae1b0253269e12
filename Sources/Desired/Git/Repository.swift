import CLibGit2
package import Model

/// A local Git repository, read from its object database: no checkout, no hooks, no filters.
///
/// Sound: both pointers are owned, never leave this type and are freed once, when the value ends.
@safe
package struct Repository: ~Copyable {
    let handle: OpaquePointer
    private let database: OpaquePointer
    package let path: String

    /// Opens the repository that lies at `path` itself, bare or with a working tree; parents are not searched.
    ///
    /// `objects` are further folders of objects, e.g. where git keeps those of a push until it is accepted.
    package init(at path: String, objects: [String] = []) throws(GitError) {
        try LibGit2.start()
        var handle: OpaquePointer?
        let flags = GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue
        let code = unsafe git_repository_open_ext(&handle, path, flags, nil)
        guard code == 0, let handle = unsafe handle else { throw Self.openFailure(code, path) }
        var database: OpaquePointer?
        guard unsafe git_repository_odb(&database, handle) == 0, let database = unsafe database
        else {
            unsafe git_repository_free(handle)
            throw GitError(.corrupt, "cannot open the objects of \(path): \(LibGit2.lastMessage)")
        }
        for folder in objects where unsafe git_odb_add_disk_alternate(database, folder) != 0 {
            unsafe git_odb_free(database)
            unsafe git_repository_free(handle)
            throw GitError(.corrupt, "cannot read the objects in \(folder): \(LibGit2.lastMessage)")
        }
        unsafe self.handle = handle
        unsafe self.database = database
        self.path = path
    }

    deinit {
        unsafe git_odb_free(database)
        unsafe git_repository_free(handle)
    }

    private static func openFailure(_ code: Int32, _ path: String) -> GitError {
        let reason = LibGit2.lastMessage
        // libgit2 1.5 answers "not found" for a foreign owner when no configuration lists safe.directory.
        if code == GIT_EOWNER.rawValue || reason.contains("safe.directory")
            || reason.contains("not owned")
        {
            return GitError(
                .foreignOwner,
                "the repository \(path) is owned by another user",
                advice: "run as its owner, or `git config --global --add safe.directory \(path)`"
            )
        }
        if code == GIT_ENOTFOUND.rawValue {
            return GitError(
                .noRepository,
                "\(path) is not a Git repository",
                advice:
                    "name the folder that holds .git or a bare repository, or read plain files with --worktree"
            )
        }
        return GitError(.corrupt, "cannot open the repository \(path): \(reason)")
    }

    /// Points a reference at a commit, creating it if need be; for references of our own such as `refs/apus/applied`.
    package func updateReference(_ name: String, to revision: Revision) throws(GitError) {
        var id = git_oid()
        var reference: OpaquePointer?
        guard unsafe git_oid_fromstr(&id, revision.commit) == 0,
            unsafe git_reference_create(&reference, handle, name, &id, 1, "apus") == 0
        else {
            throw GitError(
                .fileSystem,
                "cannot set \(name) to \(revision.commit) in \(path): \(LibGit2.lastMessage)"
            )
        }
        unsafe git_reference_free(reference)
    }

    /// Whether `ancestor` is reached from `revision` by parents, or equals it.
    package func contains(_ ancestor: Revision, in revision: Revision) throws(GitError) -> Bool {
        guard ancestor.commit != revision.commit else { return true }
        var old = git_oid()
        var new = git_oid()
        guard unsafe git_oid_fromstr(&old, ancestor.commit) == 0,
            unsafe git_oid_fromstr(&new, revision.commit) == 0
        else { throw GitError(.invalidReference, "\(ancestor.commit) is not a commit") }
        let code = unsafe git_graph_descendant_of(handle, &new, &old)
        guard code >= 0 else {
            throw LibGit2.failure(code, "cannot compare \(ancestor) with \(revision)")
        }
        return code == 1
    }

    /// The files of a tree, by its object id.
    func files(ofTree tree: String, limits: TreeLimits = TreeLimits()) throws(GitError)
        -> FileListing
    {
        var listing = FileListing(limits: limits)
        var id = git_oid()
        guard unsafe git_oid_fromstr(&id, tree) == 0 else {
            throw GitError(.invalidReference, "\(VisibleText.quoted(tree)) is not a tree")
        }
        try list(id, under: "", depth: 0, into: &listing)
        return listing
    }

    private func list(
        _ id: git_oid,
        under folder: String,
        depth: Int,
        into listing: inout FileListing
    ) throws(GitError) {
        guard depth <= listing.limits.depth else {
            throw GitError(
                .tooLarge,
                "folders are nested deeper than \(listing.limits.depth) levels at \(folder)"
            )
        }
        var id = id
        var tree: OpaquePointer?
        let code = unsafe git_tree_lookup(&tree, handle, &id)
        guard code == 0 else {
            throw LibGit2.failure(code, "cannot read the folder \(folder.isEmpty ? "/" : folder)")
        }
        defer { unsafe git_tree_free(tree) }
        for index in 0..<(unsafe git_tree_entrycount(tree)) {
            guard let entry = unsafe git_tree_entry_byindex(tree, index) else { continue }
            let bytes = unsafe Self.name(of: entry)
            guard let name = TreeEntryName.accepted(bytes) else {
                listing.refuseName(bytes, in: folder)
                continue
            }
            let path = folder + name
            let child = unsafe git_tree_entry_id(entry).pointee
            switch unsafe git_tree_entry_filemode(entry) {
            case GIT_FILEMODE_TREE:
                if !name.hasPrefix(".") {
                    try list(child, under: path + "/", depth: depth + 1, into: &listing)
                }
            case GIT_FILEMODE_BLOB, GIT_FILEMODE_BLOB_EXECUTABLE:
                try add(child, path, to: &listing)
            case GIT_FILEMODE_LINK: listing.noteLink(path)
            case GIT_FILEMODE_COMMIT: listing.noteSubmodule(path)
            default: listing.refuseName(bytes, in: folder)
            }
        }
    }

    private func add(_ id: git_oid, _ path: String, to listing: inout FileListing) throws(GitError)
    {
        guard listing.entries.count < listing.limits.files else {
            throw GitError(.tooLarge, "the tree has more than \(listing.limits.files) files")
        }
        // Sizes of documents only: a repository may hold a million files that are none.
        let size = FileEntry.isDocument(path) ? try size(of: id, path) : nil
        listing.entries[path] = FileEntry(path: path, id: Self.text(id), size: size)
    }

    /// The size of an object from its header, without loading it.
    private func size(of id: git_oid, _ path: String) throws(GitError) -> Int {
        var id = id
        var size = 0
        var type = GIT_OBJECT_ANY
        let code = unsafe git_odb_read_header(&size, &type, database, &id)
        guard code == 0 else { throw LibGit2.failure(code, "cannot read \(path)") }
        return size
    }

    /// The content of a file, refused by its header when it is larger than `limit` bytes.
    func read(_ entry: FileEntry, limit: Int) throws(GitError) -> [UInt8] {
        var id = git_oid()
        guard unsafe git_oid_fromstr(&id, entry.id) == 0 else {
            throw GitError(.corrupt, "\(entry.path) has no object id")
        }
        let size = try size(of: id, entry.path)
        guard size <= limit else {
            throw GitError(.tooLarge, "\(entry.path) has \(size) bytes, the limit is \(limit)")
        }
        var blob: OpaquePointer?
        let code = unsafe git_blob_lookup(&blob, handle, &id)
        guard code == 0 else { throw LibGit2.failure(code, "cannot read \(entry.path)") }
        defer { unsafe git_blob_free(blob) }
        let count = unsafe Int(git_blob_rawsize(blob))
        return unsafe Array(UnsafeRawBufferPointer(start: git_blob_rawcontent(blob), count: count))
    }

    /// Git's object id for a file's content.
    static func blobID(of bytes: [UInt8]) throws(GitError) -> String {
        try LibGit2.start()
        var id = git_oid()
        let code = unsafe bytes.withUnsafeBytes {
            unsafe git_odb_hash(&id, $0.baseAddress, $0.count, GIT_OBJECT_BLOB)
        }
        guard code == 0 else {
            throw GitError(.fileSystem, "cannot hash a file: \(LibGit2.lastMessage)")
        }
        return text(id)
    }

    static func text(_ id: git_oid) -> String {
        var id = id
        return unsafe withUnsafeBytes(of: &id) { bytes in
            let digits = Array("0123456789abcdef".utf8)
            return unsafe String(unsafeUninitializedCapacity: 40) { buffer in
                for index in 0..<20 {
                    unsafe buffer[index * 2] = digits[Int(bytes[index] >> 4)]
                    unsafe buffer[index * 2 + 1] = digits[Int(bytes[index] & 15)]
                }
                return 40
            }
        }
    }

    private static func name(of entry: OpaquePointer) -> [UInt8] {
        guard let name = unsafe git_tree_entry_name(entry) else { return [] }
        var bytes: [UInt8] = []
        var index = 0
        while unsafe name[index] != 0 {
            bytes.append(unsafe UInt8(bitPattern: name[index]))
            index += 1
        }
        return bytes
    }
}
