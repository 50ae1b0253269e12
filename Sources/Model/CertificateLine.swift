/// What one line of a `crt-list` says about a certificate: options and the names it is used for.
package struct CertificateLine: Hashable, Sendable, Codable, CustomStringConvertible {
    package var certificate: CertificateFileName
    package var options: CertificateOptions
    /// Server names, `*.` wildcards and, after `!`, exceptions; sorted, none means those in the certificate.
    package private(set) var filters: [String]

    package init(
        _ certificate: CertificateFileName,
        options: CertificateOptions = CertificateOptions(),
        filters: [String] = []
    ) {
        self.certificate = certificate
        self.options = options
        self.filters = Set(filters).sorted()
    }

    /// The line as a list file holds it, without its end.
    package var description: String {
        var words = [certificate.text]
        if !options.isEmpty { words.append("[\(options)]") }
        return (words + filters).joined(separator: " ")
    }

    /// Options and filters, `` for a line that says neither.
    package var conditions: String {
        (options.isEmpty ? filters : ["[\(options)]"] + filters).joined(separator: " ")
    }

    /// A filter as `crt-list` takes it: a host name, `*.` before one, `*`, each perhaps after `!`.
    package static func isFilter(_ text: String) -> Bool {
        var rest = text[...]
        if rest.hasPrefix("!") { rest = rest.dropFirst() }
        if rest == "*" { return true }
        if rest.hasPrefix("*.") { rest = rest.dropFirst(2) }
        return !rest.isEmpty && rest.utf8.count <= 253
            && rest.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
