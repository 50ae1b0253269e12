/// The world's failure while reading a repository: what was tried, on what, and what to do about it.
///
/// It always means *unknown*, never *empty*: whoever catches it keeps the last good revision.
package struct GitError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong, as far as a caller decides by it.
    package enum Kind: String, Hashable, Sendable {
        /// Nothing at the path, or nothing that is a repository.
        case noRepository
        /// The repository belongs to another user (`safe.directory`).
        case foreignOwner
        /// The repository or the branch has no commit yet.
        case unborn
        /// The reference does not exist.
        case unknownReference
        /// The text is not a full reference name or an object id.
        case invalidReference
        /// An object that another one names is not in the object database.
        case missingObject
        /// An object or the repository itself cannot be read.
        case corrupt
        /// A limit of ours would be exceeded.
        case tooLarge
        /// The remote could not be reached or refused.
        case network
        /// The file system refused.
        case fileSystem
    }

    package let kind: Kind
    /// What was tried and on what.
    package let message: String
    /// What to do; empty when nothing useful is known.
    package let advice: String

    package init(_ kind: Kind, _ message: String, advice: String = "") {
        self.kind = kind
        self.message = message
        self.advice = advice
    }

    package var description: String { advice.isEmpty ? message : "\(message); \(advice)" }
}
