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
            // The oldest there is: SSLv3 is never spoken.
            case "SSLv3", "TLSv1.0": self = .tls10
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
    /// `tls-ticket-keys`: the keys of tickets are those in this file.
    package var ticketFile: String?
    /// `prefer-client-ciphers`.
    package var prefersClientCiphers = false
    package var verification = Verification.none
    /// Certificates of authorities in PEM, which clients' certificates are checked with.
    package var authorities: CertificateBundle?
    /// Authorities for the same whose names clients are not told (`ca-verify-file`).
    package var silentAuthorities: CertificateBundle?
    /// `no-ca-names` switches it off.
    package var namesAuthorities = true
    /// Revocation lists in PEM.
    package var revocations: CertificateBundle?
    /// `crt-ignore-err` and `ca-ignore-err`.
    package var ignored = TLSIgnored()

    package init() {}
}

extension TLSOptions {
    /// Whether a file of authorities or revocation lists is among them.
    func uses(_ bundle: CertificateBundle) -> Bool {
        authorities == bundle || silentAuthorities == bundle || revocations == bundle
    }

    /// The same with another file in the place of one.
    func replacing(_ old: CertificateBundle, with new: CertificateBundle) -> TLSOptions {
        var changed = self
        if authorities == old { changed.authorities = new }
        if silentAuthorities == old { changed.silentAuthorities = new }
        if revocations == old { changed.revocations = new }
        return changed
    }
}
