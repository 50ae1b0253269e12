import CLibGit2
import Model

/// A bare copy of a repository that lies behind a URL, brought up to date by fetching.
///
/// libgit2 1.5 cannot time out, so the function that fetches belongs into a child process which is
/// killed at its deadline; a fetch that was killed leaves the last good commit in place.
package enum Mirror {
    /// Whether the text is a URL (`https://`, `ssh://`, `file://`, `git@host:path`) and so needs a mirror.
    package static func isNeeded(for repository: String) -> Bool {
        if repository.contains("://") { return true }
        guard let colon = repository.firstIndex(of: ":") else { return false }
        // `./a:b` and `/a:b` are paths, as they are for git.
        return !repository[..<colon].contains("/")
    }

    /// Where the mirror of `url` lies: one folder for each URL, with a name that a person recognises.
    package static func path(of url: String, under cacheFolder: String) -> String {
        let trimmed = url.hasSuffix("/") ? String(url.dropLast()) : url
        let last = trimmed.split { $0 == "/" || $0 == ":" }.last ?? "repository"
        let stem = last.hasSuffix(".git") ? last.dropLast(4) : last
        let plain = stem.unicodeScalars.filter {
            $0.isASCII && ($0.properties.isAlphabetic || $0 == "-")
        }
        let digits = String(StableHash.of(trimmed), radix: 16)
        return "\(cacheFolder)/\(String(String.UnicodeScalarView(plain)))-\(digits).git"
    }

    /// A URL as messages show it: without the password or token that may stand in it.
    package static func shown(_ url: String) -> String {
        let visible = VisibleText.escape(url.unicodeScalars.prefix(300))
        guard let scheme = visible.firstRange(of: "://") else { return visible }
        let rest = visible[scheme.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        guard let at = authority.lastIndex(of: "@") else { return visible }
        return visible[..<scheme.upperBound] + "…@" + rest[rest.index(after: at)...]
    }

    /// Makes the mirror at `path` equal to the branches and tags of `url`; blocks without a deadline.
    ///
    /// Branches that are gone there go here too, and HEAD follows the remote's default branch.
    package static func fetch(
        _ url: String,
        into path: String,
        credentials: GitCredentials = GitCredentials()
    ) throws(GitError) {
        try check(url)
        try LibGit2.start()
        let repository = try unsafe openOrCreate(path)
        defer { unsafe git_repository_free(repository) }
        var remote: OpaquePointer?
        guard unsafe git_remote_create_anonymous(&remote, repository, url) == 0 else {
            throw GitError(.network, "cannot use \(shown(url)): \(LibGit2.lastMessage)")
        }
        defer { unsafe git_remote_free(remote) }
        try unsafe fetch(from: remote, url, credentials)
        var branch = unsafe git_buf()
        // A remote without commits has no default branch: HEAD stays unborn.
        if unsafe git_remote_default_branch(&branch, remote) == 0 {
            _ = unsafe git_repository_set_head(repository, branch.ptr)
            unsafe git_buf_dispose(&branch)
        }
    }

    private static func check(_ url: String) throws(GitError) {
        let schemes = ["https://", "ssh://", "file://"]
        let isShort = !url.contains("://") && isNeeded(for: url)
        let host = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let isPlain = url.utf8.allSatisfy { $0 > 32 && $0 != 127 } && url.utf8.count <= 4_096
        guard schemes.contains(where: url.hasPrefix) || isShort, isPlain, !host.hasPrefix("-")
        else {
            throw GitError(
                .network,
                "cannot fetch from \(shown(url))",
                advice: "give https://…, ssh://…, file://… or git@host:path"
            )
        }
    }

    private static func openOrCreate(_ path: String) throws(GitError) -> OpaquePointer {
        var repository: OpaquePointer?
        let flags = GIT_REPOSITORY_OPEN_NO_SEARCH.rawValue | GIT_REPOSITORY_OPEN_BARE.rawValue
        let code = unsafe git_repository_open_ext(&repository, path, flags, nil)
        if code == 0, let repository = unsafe repository { return unsafe repository }
        let reason = LibGit2.lastMessage
        guard code == GIT_ENOTFOUND.rawValue, !reason.contains("safe.directory"),
            unsafe git_repository_init(&repository, path, 1) == 0,
            let repository = unsafe repository
        else {
            throw GitError(
                .fileSystem,
                "cannot open or create the mirror \(path): \(reason)",
                advice: "check who owns it; deleting it is safe, the next fetch makes it again"
            )
        }
        return unsafe repository
    }

    private static func fetch(
        from remote: OpaquePointer?,
        _ url: String,
        _ credentials: GitCredentials
    ) throws(GitError) {
        var options = unsafe git_fetch_options()
        unsafe git_fetch_options_init(&options, UInt32(GIT_FETCH_OPTIONS_VERSION))
        unsafe options.prune = GIT_FETCH_PRUNE
        unsafe options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE
        unsafe options.follow_redirects = GIT_REMOTE_REDIRECT_NONE
        let provider = GitCredentials.Provider(credentials)
        // Sound: `provider` outlives the fetch, during which alone libgit2 calls back.
        unsafe options.callbacks.payload = Unmanaged.passUnretained(provider).toOpaque()
        unsafe options.callbacks.credentials = GitCredentials.Provider.callback
        let code = withExtendedLifetime(provider) {
            unsafe withRefspecs { specs in
                unsafe git_remote_fetch(remote, specs, &options, "apus fetch")
            }
        }
        guard code == 0 else {
            let reason = LibGit2.lastMessage
            let isDenied = code == GIT_EAUTH.rawValue
            throw GitError(
                .network,
                "cannot fetch \(shown(url)): \(reason)",
                advice: isDenied
                    ? "check the ssh agent, APUS_SSH_KEY, or APUS_GIT_USERNAME and APUS_GIT_PASSWORD"
                    : "the last good revision stays in force"
            )
        }
    }

    private static func withRefspecs(_ body: (UnsafePointer<git_strarray>) -> Int32) -> Int32 {
        // Tags and branches have the same names in the mirror, whatever was there before.
        var heads = Array("+refs/heads/*:refs/heads/*".utf8CString)
        var tags = Array("+refs/tags/*:refs/tags/*".utf8CString)
        return unsafe heads.withUnsafeMutableBufferPointer { heads in
            unsafe tags.withUnsafeMutableBufferPointer { tags in
                var texts = unsafe [heads.baseAddress, tags.baseAddress]
                return unsafe texts.withUnsafeMutableBufferPointer { texts in
                    var specs = unsafe git_strarray(strings: texts.baseAddress, count: 2)
                    return unsafe withUnsafePointer(to: &specs) { unsafe body($0) }
                }
            }
        }
    }
}
