import CLibGit2
package import Model

extension Repository {
    /// The commit that a text names: a branch, a tag, `HEAD`, `refs/…`, the first digits of a commit,
    /// or one of those with steps back such as `main~2`.
    ///
    /// Of Git's expressions (gitrevisions(7)) only these, and never by libgit2's own parser of them: the
    /// others search messages, reflogs and trees, which no review needs.
    package func resolve(_ ref: String) throws(GitError) -> Revision {
        guard ref.utf8.count <= 255, !ref.utf8.contains(0) else {
            throw GitError(
                .invalidReference,
                "the reference \(VisibleText.quoted(ref)) is too long or not text"
            )
        }
        let name = CommitName(ref)
        let revision = try resolve(base: name.base)
        guard name.generations > 0 else { return revision }
        return try ancestor(of: revision, name.generations, named: ref)
    }

    private func resolve(base ref: String) throws(GitError) -> Revision {
        let digits = ref.utf8.allSatisfy(CommitName.isHexadecimal) ? ref.utf8.count : 0
        if digits == 40 {
            var id = git_oid()
            guard unsafe git_oid_fromstr(&id, ref) == 0 else {
                throw GitError(.invalidReference, "\(VisibleText.quoted(ref)) is not an object id")
            }
            return try revision(of: id, named: "commit \(ref)")
        }
        if let revision = try named(ref) { return revision }
        // Last, so that a branch called `cafe` stays a branch.
        if (4..<40).contains(digits), let revision = try abbreviated(ref) { return revision }
        throw unresolved(ref)
    }

    /// The commit of a reference by its name, or nil.
    private func named(_ ref: String) throws(GitError) -> Revision? {
        let isFull = ref == "HEAD" || ref.hasPrefix("refs/")
        for candidate in isFull ? [ref] : ["refs/heads/\(ref)", "refs/tags/\(ref)"] {
            var isValid: Int32 = 0
            guard unsafe git_reference_name_is_valid(&isValid, candidate) == 0, isValid == 1 else {
                throw GitError(
                    .invalidReference,
                    "\(VisibleText.quoted(ref)) is not the name of a reference",
                    advice: "give a branch, a tag, a commit id, or one of them with ~N"
                )
            }
            var id = git_oid()
            if unsafe git_reference_name_to_id(&id, handle, candidate) == 0 {
                return try revision(of: id, named: candidate)
            }
        }
        return nil
    }

    /// The one commit whose id begins with these digits, or nil.
    private func abbreviated(_ digits: String) throws(GitError) -> Revision? {
        var prefix = git_oid()
        var object: OpaquePointer?
        guard unsafe git_oid_fromstrn(&prefix, digits, digits.utf8.count) == 0 else { return nil }
        let length = digits.utf8.count
        let code = unsafe git_object_lookup_prefix(
            &object,
            handle,
            &prefix,
            length,
            GIT_OBJECT_COMMIT
        )
        guard code != GIT_EAMBIGUOUS.rawValue else {
            throw GitError(
                .invalidReference,
                "several objects begin with \(digits)",
                advice: "give more digits"
            )
        }
        guard code == 0, let id = unsafe git_object_id(object) else { return nil }
        defer { unsafe git_object_free(object) }
        return try unsafe revision(of: id.pointee, named: "commit \(digits)")
    }

    /// The commit so many first parents back.
    private func ancestor(
        of revision: Revision,
        _ generations: Int,
        named name: String
    ) throws(GitError) -> Revision {
        var id = git_oid()
        var commit: OpaquePointer?
        var ancestor: OpaquePointer?
        guard unsafe git_oid_fromstr(&id, revision.commit) == 0,
            unsafe git_commit_lookup(&commit, handle, &id) == 0
        else { throw GitError(.missingObject, "cannot read \(revision.commit)") }
        defer { unsafe git_commit_free(commit) }
        let steps = UInt32(generations)
        guard unsafe git_commit_nth_gen_ancestor(&ancestor, commit, steps) == 0,
            let found = unsafe git_commit_id(ancestor)
        else {
            throw GitError(
                .unknownReference,
                "\(VisibleText.quoted(name)) goes back further than \(path) does"
            )
        }
        defer { unsafe git_commit_free(ancestor) }
        return try unsafe self.revision(of: found.pointee, named: name)
    }

    private func unresolved(_ ref: String) -> GitError {
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
            "\(path) has no branch or tag \(VisibleText.quoted(ref))",
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

    private static func author(of commit: OpaquePointer?) -> String {
        guard let author = unsafe git_commit_author(commit) else { return "" }
        return unsafe "\(shown(author.pointee.name)) <\(shown(author.pointee.email))>"
    }

    private static func shown(_ text: UnsafePointer<CChar>?) -> String {
        guard let text = unsafe text else { return "" }
        return VisibleText.escape(unsafe String(cString: text).unicodeScalars.prefix(200))
    }
}
