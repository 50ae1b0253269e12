import CLibGit2
package import Model

/// A local Git repository, read from its object database: no checkout, no hooks, no filters.
///
/// Sound: both pointers are owned, never leave this type and are freed once, when the value ends.
@safe
package struct Repository: ~Copyable {
    private let handle: OpaquePointer
    private let database: OpaquePointer
    package let path: String

    /// Opens the repository that lies at `path` itself, bare or with a working tree; parents are not searched.
    package init(at path: String) throws(GitError) {
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

    /// The commit that a reference or an object id of 40 digits names; nothing else is interpreted.
    package func resolve(_ ref: String) throws(GitError) -> Revision {
        let name = VisibleText.quoted(ref)
        if ref.utf8.count == 40, ref.utf8.allSatisfy(Self.isHexadecimal) {
            var id = git_oid()
            guard unsafe git_oid_fromstr(&id, ref) == 0 else {
                throw GitError(.invalidReference, "\(name) is not an object id")
            }
            return try revision(of: id, named: "commit \(ref)")
        }
        guard ref.utf8.count <= 255, !ref.utf8.contains(0) else {
            throw GitError(.invalidReference, "the reference \(name) is too long or not text")
        }
        if let revision = try expressed(ref) { return revision }
        let candidates =
            ref == "HEAD" || ref.hasPrefix("refs/")
            ? [ref] : ["refs/heads/\(ref)", "refs/tags/\(ref)"]
        for candidate in candidates {
            var isValid: Int32 = 0
            guard unsafe git_reference_name_is_valid(&isValid, candidate) == 0, isValid == 1 else {
                throw GitError(
                    .invalidReference,
                    "\(name) is not the name of a reference",
                    advice:
                        "give a branch, a tag, a commit id, or one of them with ~N"
                )
            }
            var id = git_oid()
            let code = unsafe git_reference_name_to_id(&id, handle, candidate)
            if code == 0 { return try revision(of: id, named: candidate) }
        }
        // Last, so that a branch called `cafe` stays a branch.
        if (4..<40).contains(ref.utf8.count), ref.utf8.allSatisfy(Self.isHexadecimal),
            let revision = try parsed(ref)
        {
            return revision
        }
        throw unresolved(ref, name)
    }

    /// `main~2` or `HEAD^`; nil for everything else.
    ///
    /// Of Git's expressions (gitrevisions(7)) only those: the others search messages, reflogs and trees,
    /// which no review needs.
    private func expressed(_ text: String) throws(GitError) -> Revision? {
        let suffix = text.utf8.drop { $0 != UInt8(ascii: "~") && $0 != UInt8(ascii: "^") }
        guard !suffix.isEmpty, suffix.count < text.utf8.count,
            suffix.allSatisfy({ "~^0123456789".utf8.contains($0) }),
            !text.utf8.contains(where: { "@:{}\\".utf8.contains($0) || $0 < 33 })
        else { return nil }
        return try parsed(text)
    }

    private func parsed(_ text: String) throws(GitError) -> Revision? {
        var object: OpaquePointer?
        guard unsafe git_revparse_single(&object, handle, text) == 0,
            let id = unsafe git_object_id(object)
        else { return nil }
        defer { unsafe git_object_free(object) }
        return try unsafe revision(of: id.pointee, named: text)
    }

    private func unresolved(_ ref: String, _ name: String) -> GitError {
        guard hasReferences else {
            return GitError(
                .unborn,
                "the repository \(path) has no commit yet: nothing to apply",
                advice: "push a first commit; until then everything stays as it is"
            )
        }
        if ref == "HEAD", unsafe git_repository_head_unborn(handle) == 1 {
            return GitError(
                .unborn,
                "HEAD of \(path) names a branch without a commit: nothing to apply",
                advice: "push that branch, or name another one with --ref"
            )
        }
        return GitError(
            .unknownReference,
            "\(path) has no branch or tag \(name)",
            advice: "`git -C \(path) show-ref` lists what there is"
        )
    }

    /// libgit2's own `is_empty` is false when the unborn branch is not the configured default.
    private var hasReferences: Bool {
        var names = unsafe git_strarray()
        guard unsafe git_reference_list(&names, handle) == 0 else { return false }
        defer { unsafe git_strarray_dispose(&names) }
        return unsafe names.count > 0
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

    private func revision(of id: git_oid, named name: String) throws(GitError) -> Revision {
        var id = id
        var object: OpaquePointer?
        let found = unsafe git_object_lookup(&object, handle, &id, GIT_OBJECT_ANY)
        guard found == 0 else { throw LibGit2.failure(found, "cannot read \(name)") }
        defer { unsafe git_object_free(object) }
        var commit: OpaquePointer?
        let peeled = unsafe git_object_peel(&commit, object, GIT_OBJECT_COMMIT)
        guard peeled == 0 else {
            throw GitError(
                .invalidReference,
                "\(name) is not a commit",
                advice: "name a branch, a tag or a commit"
            )
        }
        defer { unsafe git_object_free(commit) }
        guard let commitID = unsafe git_object_id(commit),
            let treeID = unsafe git_commit_tree_id(commit)
        else {
            throw GitError(.corrupt, "\(name) is not a readable commit")
        }
        return unsafe Revision(
            commit: Self.text(commitID.pointee),
            tree: Self.text(treeID.pointee),
            summary: Self.shown(git_commit_summary(commit)),
            author: Self.author(of: commit)
        )
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

    private static func text(_ id: git_oid) -> String {
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

    private static func author(of commit: OpaquePointer?) -> String {
        guard let author = unsafe git_commit_author(commit) else { return "" }
        return unsafe "\(shown(author.pointee.name)) <\(shown(author.pointee.email))>"
    }

    private static func shown(_ text: UnsafePointer<CChar>?) -> String {
        guard let text = unsafe text else { return "" }
        return VisibleText.escape(unsafe String(cString: text).unicodeScalars.prefix(200))
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (97...102).contains(byte) || (65...70).contains(byte)
    }
}
