/// Answers which version of a certificate is the newest, and gives its key and chain when a proxy is to hold it.
///
/// The only way by which Apus comes to a private key; what plans, ledgers and messages hold are fingerprints.
package protocol CertificateSource: Sendable {
    /// What the source says now; asked of every certificate in every pass, so it answers from memory.
    func content(of certificate: DesiredCertificate) async -> DesiredCertificate.Content

    /// Key and chain in PEM as `set ssl cert` takes them; throws a reason that holds nothing secret.
    func payload(
        of certificate: CertificateFileName,
        _ fingerprint: CertificateFingerprint
    ) async throws(CertificatePayloadError) -> String
}

/// A key or a chain that could not be given.
package struct CertificatePayloadError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried and what to do, in a sentence without anything secret.
    package let description: String

    package init(_ description: String) { self.description = description }
}
