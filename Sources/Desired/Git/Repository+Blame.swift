import CLibGit2
package import Model

/// The commit that last changed a line, and when.
package struct LineChange: Hashable, Sendable {
    package let revision: Revision
    /// Seconds since 1970, by the author's clock.
    package let time: Int
    /// Where the line stood in that commit; it may have moved since.
    package let origin: Origin

    package init(revision: Revision, time: Int, origin: Origin) {
        self.revision = revision
        self.time = time
        self.origin = origin
    }
}

extension Repository {
    /// The commit that last changed a line of a file as it stands at a revision (`git blame`).
    ///
    /// Follows the file's own history only: a line that was moved from another file begins where it came here.
    func lastChange(of origin: Origin, at revision: Revision) throws(GitError) -> LineChange {
        var options = git_blame_options()
        let version = UInt32(GIT_BLAME_OPTIONS_VERSION)
        guard unsafe git_blame_options_init(&options, version) == 0,
            unsafe git_oid_fromstr(&options.newest_commit, revision.commit) == 0
        else { throw GitError(.invalidReference, "\(revision.commit) is not a commit") }
        options.min_line = origin.line
        options.max_line = options.min_line
        var blame: OpaquePointer?
        let code = unsafe git_blame_file(&blame, handle, origin.file, &options)
        guard code == 0 else {
            throw LibGit2.failure(code, "cannot find who wrote \(origin)")
        }
        defer { unsafe git_blame_free(blame) }
        guard let hunk = unsafe git_blame_get_hunk_byline(blame, options.min_line) else {
            throw GitError(.missingObject, "\(revision) has no line \(origin)")
        }
        let moved = unsafe options.min_line - hunk.pointee.final_start_line_number
        let line = unsafe hunk.pointee.orig_start_line_number + moved
        let id = unsafe Self.text(hunk.pointee.final_commit_id)
        let change = try resolve(id)
        return LineChange(
            revision: change,
            time: try time(of: id),
            origin: Origin(file: origin.file, line: line, column: origin.column)
        )
    }

    private func time(of commit: String) throws(GitError) -> Int {
        var id = git_oid()
        var object: OpaquePointer?
        guard unsafe git_oid_fromstr(&id, commit) == 0 else { return 0 }
        let code = unsafe git_commit_lookup(&object, handle, &id)
        guard code == 0 else { throw LibGit2.failure(code, "cannot read \(commit)") }
        defer { unsafe git_commit_free(object) }
        guard let author = unsafe git_commit_author(object) else { return 0 }
        return unsafe Int(author.pointee.when.time)
    }
}
