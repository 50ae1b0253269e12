/// What a `bind` or a line of a certificate list asks of TLS; equal options share one context.
package struct TLSOptions: Hashable, Sendable {
    /// Versions of the protocol by their numbers on the wire.
    package enum Version: Int32, Sendable, Comparable {
        case tls10 = 0x301
        case tls11 = 0x302
        case tls12 = 0x303
        case tls13 = 0x304

        /// By HAProxy's name, e.g. `TLSv1.2`.
        package init?(name: String) {
            switch name {
            case "TLSv1.0": self = .tls10
            case "TLSv1.1": self = .tls11
            case "TLSv1.2": self = .tls12
            case "TLSv1.3": self = .tls13
            default: return nil
            }
        }

        package static func < (left: Version, right: Version) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    /// `verify`.
    package enum Verification: Sendable { case none, optional, required }

    package var minVersion = Version.tls12
    /// Nil for the newest there is.
    package var maxVersion: Version?
    /// Of TLS 1.2 and older; nil leaves OpenSSL's choice.
    package var ciphers: String?
    /// Of TLS 1.3.
    package var ciphersuites: String?
    package var curves: String?
    /// Signature algorithms; nil leaves OpenSSL's choice.
    package var signatureAlgorithms: String?
    /// Protocols for ALPN, best first; empty announces none, nil says nothing yet.
    package var protocols: [String]?
    package var hasTickets = true
    /// `prefer-client-ciphers`.
    package var prefersClientCiphers = false
    package var verification = Verification.none
    /// Certificates of authorities in PEM, which clients' certificates are checked with.
    package var authorities: CertificateBundle?
    /// Revocation lists in PEM.
    package var revocations: CertificateBundle?

    package init() {}
}

/// The text of a file of authorities or revocation lists under its name.
package struct CertificateBundle: Hashable, Sendable {
    package let name: String
    package let text: String

    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}
