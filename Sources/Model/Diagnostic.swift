/// A user's mistake or something the user should know, tied to the place where it was written.
///
/// Diagnostics are collected and shown all at once; they are never thrown one by one.
package struct Diagnostic: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    /// How much it stops: an error keeps the last good revision running, a warning keeps nothing from happening.
    package enum Severity: String, Sendable, Codable { case error, warning, note }

    package let severity: Severity
    package let origin: Origin
    /// What is wrong and what to do, without the place.
    package let message: String
    /// What the mistake is part of, e.g. `in server web3 of backend web`; empty when the place says it all.
    package let context: String
    /// A second place that matters, e.g. the first of two duplicates.
    package let related: Origin?

    package init(
        _ severity: Severity = .error,
        at origin: Origin,
        _ message: String,
        context: String = "",
        related: Origin? = nil
    ) {
        self.severity = severity
        self.origin = origin
        self.message = message
        self.context = context
        self.related = related
    }

    package var description: String {
        let suffix = severity == .error ? "" : "\(severity.rawValue): "
        return "\(origin): \(suffix)\(message)"
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.origin, left.message) < (right.origin, right.message)
    }
}
