/// Which certificate it is: digests of the leaf's DER, as hexadecimal without separators.
///
/// SHA-256 is the identity wherever Apus compares two of its own; SHA-1 is all that `show ssl cert` tells
/// (HAProxy 2.6 to 3.5), so it is what a proxy's memory is held against.
package struct CertificateFingerprint: Hashable, Comparable, Sendable, Codable,
    CustomStringConvertible
{
    /// 64 digits, lower case.
    package let sha256: String
    /// 40 digits, upper case, as a proxy prints it.
    package let sha1: String

    /// Nil unless both are digests of the right length in hexadecimal; their case does not matter.
    package init?(sha256: String, sha1: String) {
        guard Self.isHexadecimal(sha256, digits: 64), Self.isHexadecimal(sha1, digits: 40) else {
            return nil
        }
        self.sha256 = sha256.lowercased()
        self.sha1 = sha1.uppercased()
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let sha256 = try container.decode(String.self, forKey: .sha256)
        let sha1 = try container.decode(String.self, forKey: .sha1)
        guard let fingerprint = Self(sha256: sha256, sha1: sha1) else {
            throw DecodingError.dataCorruptedError(
                forKey: .sha256,
                in: container,
                debugDescription: "not the digests of a certificate"
            )
        }
        self = fingerprint
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(sha256, forKey: .sha256)
        try container.encode(sha1, forKey: .sha1)
    }

    /// Enough of the SHA-1 to tell two apart, and to find it in what a proxy prints.
    package var short: String { Self.short(sha1) }

    /// The beginning of a SHA-1 as people are shown it.
    package static func short(_ sha1: String) -> String { String(sha1.prefix(12)) }

    package var description: String { short }

    package static func < (left: Self, right: Self) -> Bool { left.sha256 < right.sha256 }

    private enum Key: String, CodingKey { case sha256, sha1 }

    private static func isHexadecimal(_ text: String, digits: Int) -> Bool {
        text.utf8.count == digits && text.allSatisfy { $0.isASCII && $0.isHexDigit }
    }
}
