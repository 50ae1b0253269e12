/// A commit of the desired-state repository, or the files as they lie on disk.
package struct Revision: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Hexadecimal object id of the commit; `worktree` when the files were read from disk.
    package let commit: String
    /// Hexadecimal object id of the commit's tree: equal trees are equal desired states.
    package let tree: String
    /// First line of the commit message.
    package let summary: String
    /// `Name <mail>` of the commit's author.
    package let author: String

    package init(commit: String, tree: String, summary: String = "", author: String = "") {
        self.commit = commit
        self.tree = tree
        self.summary = summary
        self.author = author
    }

    /// The commit in seven characters, as Git prints it; `worktree` as a whole.
    package var description: String { commit == "worktree" ? commit : String(commit.prefix(7)) }
}
