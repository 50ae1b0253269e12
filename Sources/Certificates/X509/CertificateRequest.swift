package import Model
import SwiftASN1
import X509

/// A new key and the request to certify it (RFC 2986).
package struct CertificateRequest: Sendable {
    /// The new key.
    package let keyPEM: SecretText
    /// The request in DER, as `finalize` takes it.
    package let der: [UInt8]

    /// Makes a key and signs a request for DNS names and addresses.
    package init(for names: [String], key kind: CertificateKeyKind) throws {
        let key = try kind.makeKey()
        try self.init(for: names, key: key)
    }

    /// Signs the request again with a key that was made before, e.g. before a crash.
    package init(for names: [String], keyPEM: SecretText) throws {
        try self.init(for: names, key: Certificate.PrivateKey(pemEncoded: keyPEM.revealed))
    }

    private init(for names: [String], key: Certificate.PrivateKey) throws {
        let alternatives = SubjectAlternativeNames(names.map(Self.generalName))
        let extensions = try Certificate.Extensions { alternatives }
        let request = try CertificateSigningRequest(
            version: .v1,
            subject: DistinguishedName(),
            privateKey: key,
            attributes: CertificateSigningRequest.Attributes(
                [.init(ExtensionRequest(extensions: extensions))]
            )
        )
        keyPEM = SecretText(try key.serializeAsPEM().pemString + "\n")
        var serializer = DER.Serializer()
        try serializer.serialize(request)
        der = serializer.serializedBytes
    }

    private static func generalName(_ name: String) -> GeneralName {
        if let address = IPv4Address(name) {
            let octets = (0..<4).map { UInt8(truncatingIfNeeded: address.bits >> (24 - 8 * $0)) }
            return .ipAddress(ASN1OctetString(contentBytes: octets[...]))
        }
        guard let address = IPv6Address(name) else { return .dnsName(name) }
        let octets = [address.high, address.low].flatMap { half in
            (0..<8).map { UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * $0)) }
        }
        return .ipAddress(ASN1OctetString(contentBytes: octets[...]))
    }
}
