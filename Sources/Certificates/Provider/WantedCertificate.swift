package import Model

/// A certificate that the provider keeps fresh.
package struct WantedCertificate: Hashable, Sendable {
    /// Its name in the store.
    package let name: String
    package let issuer: DesiredIssuer
    /// Host names, wildcards and addresses that it covers; the first is the one it is known by.
    package let names: [String]
    package var key: CertificateKeyKind

    package init(
        _ name: String,
        from issuer: DesiredIssuer,
        covering names: [String],
        key: CertificateKeyKind = .ecdsaP256
    ) {
        self.name = name
        self.issuer = issuer
        self.names = names
        self.key = key
    }
}
