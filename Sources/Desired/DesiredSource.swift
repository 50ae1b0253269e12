package import Model
import Synchronization

/// Gives the desired state at a revision; hides libgit2 and libyaml.
///
/// A commit is read from the object database by id and never checked out. Parsed files stay cached
/// between loads, so a pass in which nothing changed parses nothing.
package final class DesiredSource: Sendable {
    /// Where the documents are.
    package enum Location: Hashable, Sendable {
        /// A local Git repository, bare or not: documents are read from its commits.
        case repository(path: String)
        /// A folder whose files are read as they lie on disk.
        case worktree(path: String)
    }

    package let location: Location
    private let loader: Mutex<StateLoader>

    /// `objects` are further folders of Git objects to look in.
    package init(_ location: Location, objects: [String] = []) {
        self.location = location
        loader = Mutex(StateLoader(location: location, objects: objects))
    }

    /// The commit that `ref` names: `HEAD`, a branch, a tag, `refs/…` or 40 hexadecimal digits.
    ///
    /// A worktree has one revision, whose tree is known after `load`.
    package func resolve(_ ref: String = "HEAD") throws(GitError) -> Revision {
        try loader.withLock { loader throws(GitError) in try loader.resolve(ref) }
    }

    /// The state at a revision that `resolve` gave, with every mistake in it.
    ///
    /// Throws what makes the revision unreadable; such a failure means *unknown*, never *empty*.
    package func load(_ revision: Revision) throws(GitError) -> LoadedState {
        try loader.withLock { loader throws(GitError) in try loader.load(revision) }
    }

    /// One line of a file at a revision; nil when it is not there.
    package func excerpt(at origin: Origin, _ revision: Revision) throws(GitError) -> Excerpt? {
        try loader.withLock { loader throws(GitError) in try loader.excerpt(at: origin, revision) }
    }

    /// The commit that last changed a line as it stands at a revision; nil for files on disk.
    package func lastChange(
        of origin: Origin,
        at revision: Revision
    ) throws(GitError) -> LineChange? {
        try loader.withLock { loader throws(GitError) in
            try loader.lastChange(of: origin, at: revision)
        }
    }
}
