/// What a line of a `crt-list` says between brackets: keywords of `bind` for connections that it matches.
///
/// Kept sorted by keyword, because a proxy prints them in an order of its own (HAProxy 2.6 to 3.0).
package struct CertificateOptions: Hashable, Sendable, Codable, CustomStringConvertible {
    /// One keyword and its value; nil where it takes none.
    package struct Option: Hashable, Sendable {
        package let keyword: String
        package let value: String?
    }

    /// Sorted by keyword, each at most once.
    package private(set) var options: [Option] = []

    package init() {}

    /// Reads `[alpn h2 verify none]`, with or without the brackets.
    package init(parsing text: String) throws(InvalidName) {
        var words = Self.unbracketed(text).split { $0 == " " || $0 == "\t" }.map(String.init)[...]
        while let keyword = words.popFirst() {
            guard Self.keywords.contains(keyword) || Self.flags.contains(keyword) else {
                throw InvalidName(
                    text: text,
                    reason: "\(VisibleText.quoted(keyword)) is no option of a crt-list line"
                )
            }
            guard !options.contains(where: { $0.keyword == keyword }) else {
                throw InvalidName(text: text, reason: "\(keyword) is given twice")
            }
            var value: String?
            if !Self.flags.contains(keyword) {
                value = words.popFirst()
                guard let value, value.utf8.allSatisfy(Self.isAllowed) else {
                    throw InvalidName(
                        text: text,
                        reason: "\(keyword) has no value that fits a line"
                    )
                }
            }
            options.append(Option(keyword: keyword, value: value))
        }
        options.sort { $0.keyword < $1.keyword }
    }

    package init(from decoder: any Decoder) throws {
        try self.init(parsing: decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    package var isEmpty: Bool { options.isEmpty }

    /// `alpn h2 verify none`, without brackets.
    package var description: String {
        options.map { option in option.value.map { "\(option.keyword) \($0)" } ?? option.keyword }
            .joined(separator: " ")
    }

    /// Whether a line that shows these options was given `wanted`: some keywords are never printed.
    package func shows(_ wanted: Self) -> Bool {
        guard self != wanted else { return true }
        let shown = Set(options.map(\.keyword))
        return options
            == wanted.options.filter {
                !Self.hidden.contains($0.keyword) || shown.contains($0.keyword)
            }
    }

    /// Keywords with one value (`ssl_crtlist_kws` of HAProxy 2.6 to 3.3).
    package static let keywords = [
        "alpn", "ca-file", "ca-verify-file", "ciphers", "ciphersuites", "client-sigalgs",
        "crl-file",
        "curves", "ecdhe", "npn", "ocsp-update", "sigalgs", "ssl-max-ver", "ssl-min-ver", "verify",
    ]
    /// Keywords that stand alone.
    package static let flags = ["allow-0rtt", "no-alpn", "no-ca-names"]
    /// What `show ssl crt-list` leaves out, in one release or another.
    private static let hidden = ["ca-verify-file", "client-sigalgs", "ocsp-update", "sigalgs"]

    private static func unbracketed(_ text: String) -> Substring {
        guard text.hasPrefix("["), text.hasSuffix("]") else { return text[...] }
        return text.dropFirst().dropLast()
    }

    /// Printable, and nothing that ends the options, the line or a command.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        byte > 32 && byte < 127 && byte != UInt8(ascii: "]") && byte != UInt8(ascii: "[")
            && byte != UInt8(ascii: ";")
    }
}
