/// A certificate's or a certificate list's name exactly as the proxies know it: a path, or `@store/alias`.
///
/// Can stand in a Runtime API command and in a line of a `crt-list` as it is.
package struct CertificateFileName: Hashable, Comparable, Sendable, Codable,
    CustomStringConvertible
{
    package let text: String

    /// Throws `InvalidName` when a command or a list could not hold the name.
    package init(_ text: String) throws(InvalidName) {
        let name = try PatternFileName(text).text
        if let first = name.first, "*#![".contains(first) {
            throw InvalidName(text: text, reason: "the name of a file cannot begin with '\(first)'")
        }
        guard !name.hasSuffix("/"), !name.contains("[") else {
            throw InvalidName(
                text: text,
                reason: "the name of a file cannot hold '[' or end in '/'"
            )
        }
        self.text = name
    }

    package init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    package var description: String { text }

    package static func < (left: Self, right: Self) -> Bool { left.text < right.text }
}
