/// A certificate that the proxies of a fleet hold, and where its newest version comes from.
package struct DesiredCertificate: Hashable, Sendable {
    /// Who knows the key and the chain.
    package enum Source: Hashable, Sendable {
        /// PEM files outside of the repository, absolute or relative to the folder of the process settings.
        case files(certificate: String, key: String)
        /// An authority that the provider asks.
        case issuer(DesiredIssuer)
    }

    /// What the source says is the newest version, and why if it does not say.
    package enum Content: Hashable, Sendable {
        /// Nobody asked yet: what proxies hold stays.
        case unasked
        case issued(IssuedCertificate)
        /// The reason in one sentence, without anything secret; what proxies hold stays.
        case unavailable(String)
    }

    /// `crt`: the name that the proxies know it by.
    package let name: CertificateFileName
    /// `metadata.name` of the document.
    package let document: String
    package var source: Source
    package var key: CertificateKeyKind = .ecdsaP256
    /// Host names and wildcards that it must cover, sorted; empty when the document leaves it to the files.
    package var dnsNames: [String] = []
    /// The lines that lists hold of it, sorted by list.
    package var lines: [DesiredCertificateLine] = []
    package var content: Content = .unasked
    /// `metadata.labels` of the document.
    package var labels: [String: String] = [:]
    package let origin: Origin

    package init(
        name: CertificateFileName,
        document: String,
        source: Source,
        origin: Origin
    ) {
        self.name = name
        self.document = document
        self.source = source
        self.origin = origin
    }

    /// The newest version, when the source told.
    package var issued: IssuedCertificate? {
        if case .issued(let issued) = content { issued } else { nil }
    }
}

/// A line of one list with the place that asked for it.
package struct DesiredCertificateLine: Hashable, Sendable {
    package let list: CertificateFileName
    package let line: CertificateLine
    package let origin: Origin

    package init(list: CertificateFileName, line: CertificateLine, origin: Origin) {
        self.list = list
        self.line = line
        self.origin = origin
    }
}

/// One version of a certificate as its source tells of it: everything but the key and the chain.
package struct IssuedCertificate: Hashable, Sendable, Codable {
    package let fingerprint: CertificateFingerprint
    /// Hexadecimal, upper case, without leading zeros, as `show ssl cert` prints it.
    package var serial = ""
    /// The host names of the leaf, sorted.
    package var names: [String] = []
    /// Seconds since 1970.
    package var notBefore = 0
    /// Seconds since 1970.
    package var notAfter = 0
    /// Nil for a kind of key that Apus does not ask for.
    package var key: CertificateKeyKind? {
        didSet {
            guard let key else { return }
            keyType = key.isElliptic ? "ecdsa" : "rsa"
            keyBits = key.bits
        }
    }
    /// `ecdsa`, `rsa` or another, whether Apus asks for such or not.
    package var keyType = ""
    package var keyBits = 0
    /// Bytes of key and chain as `set ssl cert` is given them.
    package var payloadSize = 0

    package init(_ fingerprint: CertificateFingerprint) { self.fingerprint = fingerprint }
}

/// The kinds of private keys that a certificate may be asked for with.
package enum CertificateKeyKind: String, Hashable, Sendable, Codable, CaseIterable {
    case ecdsaP256 = "ecdsa-p256"
    case ecdsaP384 = "ecdsa-p384"
    case rsa2048 = "rsa-2048"
    case rsa3072 = "rsa-3072"
    case rsa4096 = "rsa-4096"

    /// On a curve, not RSA.
    package var isElliptic: Bool { self == .ecdsaP256 || self == .ecdsaP384 }

    /// Bits of the key.
    package var bits: Int {
        switch self {
        case .ecdsaP256: 256
        case .ecdsaP384: 384
        case .rsa2048: 2048
        case .rsa3072: 3072
        case .rsa4096: 4096
        }
    }
}
