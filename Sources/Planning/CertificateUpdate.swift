package import Model

/// One version of a certificate put in the place of another in a proxy's memory: fingerprints, never a key.
package struct CertificateUpdate: Hashable, Sendable, Codable {
    /// SHA-1 of the leaf that is there; nil for none.
    package let from: String?
    package let to: CertificateFingerprint
    /// The proxy does not know the name yet (`new ssl cert`).
    package let isNew: Bool
    /// When the new one expires, in seconds since 1970.
    package let notAfter: Int
    /// Bytes of key and chain.
    package let size: Int

    package init(from: String?, to issued: IssuedCertificate, isNew: Bool) {
        self.from = from
        to = issued.fingerprint
        self.isNew = isNew
        notAfter = issued.notAfter
        size = issued.payloadSize
    }

    /// `2027-02-21`, in UTC.
    package var expiry: String {
        let day = CELTime(seconds: Int64(notAfter)).calendar()
        let parts = [day.year, day.month, day.day].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return parts.joined(separator: "-")
    }
}
