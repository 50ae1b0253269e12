/// The world's failure to keep or give back a key or certificate: what was tried, on what, and what to do.
package struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was being done, e.g. `write`.
    package let tried: String
    package let path: String
    /// The system's words, and what to do about it.
    package let reason: String

    package init(_ tried: String, _ path: String, _ reason: String) {
        self.tried = tried
        self.path = path
        self.reason = reason
    }

    package var description: String { "cannot \(tried) \(path): \(reason)" }
}
