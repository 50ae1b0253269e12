/// Git's post-receive hook that tells `apus run` at once that references moved.
package struct PostReceiveHook: Hashable, Sendable {
    /// What installing did.
    package typealias Result = GitHook.Result
    /// The hook could not be installed.
    package typealias Refused = GitHook.Refused

    /// Absolute path of the `apus` executable.
    package let executable: String
    /// Absolute path of the socket on which `apus run` waits.
    package let trigger: String

    package init(executable: String, trigger: String) {
        self.executable = executable
        self.trigger = trigger
    }

    private var hook: GitHook { GitHook(name: "post-receive", command: command) }

    /// The whole hook, for `/bin/sh`.
    package var script: String { hook.script }

    /// The line to add to a hook of one's own.
    package var command: String {
        "\(GitHook.quoted(executable)) hook notify --trigger \(GitHook.quoted(trigger))"
    }

    /// Writes `hooks/post-receive`; somebody else's hook is kept and refused.
    package func install(into repository: String) throws -> Result {
        try hook.install(into: repository)
    }
}
