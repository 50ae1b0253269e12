import Crypto
package import Foundation
import SwiftASN1
package import X509

/// A root, an intermediate and what they sign, made anew for each test or demo.
package struct TestAuthority: Sendable {
    package static let start = Date(timeIntervalSince1970: 1_790_000_000)
    package static let day: TimeInterval = 86_400

    package let rootKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
    package let intermediateKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
    package let root: Certificate
    package let intermediate: Certificate

    package init() throws {
        let rootName = try DistinguishedName { CommonName("Test Root") }
        root = try Self.sign(
            rootKey.publicKey,
            subject: rootName,
            issuer: rootName,
            key: rootKey,
            names: nil
        )
        intermediate = try Self.sign(
            intermediateKey.publicKey,
            subject: try DistinguishedName { CommonName("Test Intermediate") },
            issuer: rootName,
            key: rootKey,
            names: nil
        )
    }

    /// A certificate for these names, valid for 90 days from `start`.
    package func leaf(
        _ names: [String],
        key: Certificate.PrivateKey,
        from start: Date = Self.start,
        days: Double = 90
    ) throws -> Certificate {
        try leaf(names, publicKey: key.publicKey, from: start, days: days)
    }

    /// The same for a key of which only the public half is known.
    package func leaf(
        _ names: [String],
        publicKey: Certificate.PublicKey,
        from start: Date = Self.start,
        days: Double = 90
    ) throws -> Certificate {
        try Self.sign(
            publicKey,
            subject: try DistinguishedName { CommonName(names.first ?? "") },
            issuer: intermediate.subject,
            key: intermediateKey,
            names: names,
            validity: start...start.addingTimeInterval(days * Self.day)
        )
    }

    /// Certificate, intermediate and key in one PEM text.
    package func bundle(
        _ names: [String],
        from start: Date = Self.start,
        days: Double = 90
    ) throws -> String {
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let leaf = try leaf(names, key: key, from: start, days: days)
        return try [leaf.pem, intermediate.pem, key.pem].joined()
    }

    private static func sign(
        _ publicKey: Certificate.PublicKey,
        subject: DistinguishedName,
        issuer: DistinguishedName,
        key: Certificate.PrivateKey,
        names: [String]?,
        validity: ClosedRange<Date> = (start - 2000 * day)...(start + 20_000 * day)
    ) throws -> Certificate {
        try Certificate(
            version: .v3,
            serialNumber: Certificate.SerialNumber(bytes: [0x0A, 0xBC, 0x01]),
            publicKey: publicKey,
            notValidBefore: validity.lowerBound,
            notValidAfter: validity.upperBound,
            issuer: issuer,
            subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                if let names {
                    SubjectAlternativeNames(names.map(Self.generalName))
                } else {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                }
            },
            issuerPrivateKey: key
        )
    }

    private static func generalName(_ name: String) -> GeneralName {
        let parts = name.split(separator: ".").compactMap { UInt8($0) }
        return parts.count == 4
            ? .ipAddress(ASN1OctetString(contentBytes: parts[...])) : .dnsName(name)
    }
}

extension Certificate {
    package var pem: String { get throws { try serializeAsPEM().pemString + "\n" } }
}

extension Certificate.PrivateKey {
    package var pem: String { get throws { try serializeAsPEM().pemString + "\n" } }
}
