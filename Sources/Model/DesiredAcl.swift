/// An ACL file's patterns as they should be (`show acl`, `add acl`, `del acl`).
package struct DesiredAcl: Hashable, Sendable {
    package let name: PatternFileName
    /// Sorted and without repetition: an ACL asks whether any pattern matches, so order means nothing.
    package var patterns: [DesiredPattern]
    package var unmanaged: UnmanagedPolicy = .keep
    package let origin: Origin

    package init(name: PatternFileName, patterns: [DesiredPattern], origin: Origin) {
        self.name = name
        self.patterns = patterns
        self.origin = origin
    }
}

/// One pattern of an ACL with the place that asked for it.
package struct DesiredPattern: Hashable, Sendable {
    package let text: String
    package let origin: Origin

    package init(_ text: String, origin: Origin) {
        self.text = text
        self.origin = origin
    }
}
