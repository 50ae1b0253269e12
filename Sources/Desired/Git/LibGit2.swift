import CLibGit2
import Model

/// Starts libgit2 once and turns its failures into ours.
enum LibGit2 {
    private static let isStarted: Bool = git_libgit2_init() >= 0

    /// Makes libgit2 usable; cheap after the first call.
    static func start() throws(GitError) {
        guard isStarted else { throw GitError(.fileSystem, "libgit2 cannot be initialised") }
    }

    /// libgit2's words for the last failure on this thread.
    static var lastMessage: String {
        guard let error = unsafe git_error_last(), let message = unsafe error.pointee.message else {
            return "no reason given"
        }
        return VisibleText.escape(unsafe String(cString: message).unicodeScalars.prefix(300))
    }

    /// A failure to read something, told apart as far as libgit2 tells.
    static func failure(_ code: Int32, _ action: String) -> GitError {
        let reason = lastMessage
        guard code == GIT_ENOTFOUND.rawValue else {
            return GitError(
                .corrupt,
                "\(action): \(reason)",
                advice: "run `git fsck` in the repository; the last good revision stays in force"
            )
        }
        return GitError(
            .missingObject,
            "\(action): \(reason)",
            advice: "the repository is incomplete; run `git fsck`, or fetch it again"
        )
    }
}
