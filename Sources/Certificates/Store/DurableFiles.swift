/// The few steps by which files outlive a crash; the disk in production, a disk that fails at any step in tests.
///
/// Every step may be the last one before the machine stops: what was not synced may or may not be there then.
package protocol DurableFiles: Sendable {
    /// Names in the folder, sorted; none when there is no such folder.
    func names(in folder: String) throws(StoreError) -> [String]

    /// What the file holds; nil when there is none.
    func read(_ path: String) throws(StoreError) -> [UInt8]?

    /// Creates the folder, with those above it, for its owner alone (0700).
    func makeFolder(_ path: String) throws(StoreError)

    /// Writes a file for its owner alone (0600), replacing what it held.
    func write(_ bytes: [UInt8], to path: String) throws(StoreError)

    /// Waits until the file's bytes are on the disk.
    func sync(_ path: String) throws(StoreError)

    /// Gives `path + ".new"` the name `path` in one step, whatever had it.
    func replace(_ path: String) throws(StoreError)

    /// Waits until the folder's entries are on the disk.
    func syncFolder(_ path: String) throws(StoreError)

    /// Takes the file away; what is not there is no mistake.
    func remove(_ path: String) throws(StoreError)
}

extension DurableFiles {
    /// Puts a file in its place, so that after a crash at any point the old one or the new one is there, whole.
    package func save(_ bytes: [UInt8], at path: String) throws(StoreError) {
        try write(bytes, to: path + ".new")
        try sync(path + ".new")
        try replace(path)
        try syncFolder(Self.folder(of: path))
    }

    /// Takes a file away for good.
    package func erase(_ path: String) throws(StoreError) {
        try remove(path)
        try syncFolder(Self.folder(of: path))
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
