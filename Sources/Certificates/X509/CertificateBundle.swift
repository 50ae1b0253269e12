import Crypto
import CryptoExtras
package import FoundationEssentials
import Model
import SwiftASN1
package import X509

/// A certificate with its chain and its private key, checked to belong together, as a proxy loads them from one file.
///
/// Invariant: the key is the leaf's, and every further certificate signed the one before it.
package struct CertificateBundle: Hashable, Sendable {
    /// A chain of RSA 4096 certificates with its key is a tenth of it.
    package static let sizeLimit = 128 << 10

    package let leaf: Certificate
    /// The issuers in the order of signing, without those that the input left out.
    package let issuers: [Certificate]
    /// SHA-256 of the leaf's DER, in lower-case hexadecimal digits.
    package let sha256: String
    /// SHA-1 of the leaf's DER in upper-case hexadecimal digits, as `show ssl cert` prints it.
    package let sha1: String
    /// Certificate and issuers in PEM, each ending in a line feed.
    package let chainPEM: String
    /// The key in PKCS#8 or in the form it came in.
    package let keyPEM: SecretText

    /// Reads PEM parts in any order: exactly one key, its certificate, and the issuers in any order.
    package init(pem: String) throws(CertificateProblem) {
        guard pem.utf8.count <= Self.sizeLimit else { throw .tooLarge(bytes: pem.utf8.count) }
        let parts = try PEMParts(pem)
        guard !parts.certificates.isEmpty else { throw .noCertificate }
        guard let key = parts.keys.first else { throw .noKey }
        guard parts.keys.count == 1 else { throw .severalKeys }
        let publicKey: Certificate.PublicKey
        do {
            publicKey = try Certificate.PrivateKey(pemDocument: key).publicKey
        } catch {
            // What the parser saw of a key is nobody's business.
            throw .unreadable("the private key is damaged or of an unknown kind")
        }
        guard let first = parts.certificates.firstIndex(where: { $0.value.publicKey == publicKey })
        else { throw .keyDoesNotMatch }
        var rest = parts.certificates
        let leaf = rest.remove(at: first)
        let issuers = try Self.chain(from: leaf, through: rest)
        self.leaf = leaf.value
        self.issuers = issuers.map(\.value)
        sha256 = SHA256.hash(data: leaf.document.derBytes).hexadecimal
        sha1 = Insecure.SHA1.hash(data: leaf.document.derBytes).hexadecimal.uppercased()
        chainPEM = ([leaf] + issuers).map { $0.document.pemString + "\n" }.joined()
        keyPEM = SecretText(key.pemString + "\n")
    }

    /// What HAProxy reads as one file or one payload: certificate, issuers, key.
    package var payload: SecretText { SecretText(chainPEM + keyPEM.revealed) }

    /// The serial number in upper-case hexadecimal digits, as `show ssl cert` prints it.
    package var serial: String {
        leaf.serialNumber.bytes.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    package var notBefore: Date { leaf.notValidBefore }
    package var notAfter: Date { leaf.notValidAfter }

    /// What clients may call it: DNS names in lower case and IP addresses, in the certificate's order (RFC 9525).
    package var names: [String] { leaf.subjectNames }

    /// `ECDSA P-256`, `RSA 2048`, … for people and policies.
    package var keyDescription: String { leaf.publicKey.kind }

    /// Everything that speaks against giving it to a proxy at this moment under these names.
    package func problems(covering wanted: [String], at now: Date) -> [CertificateProblem] {
        var problems: [CertificateProblem] = []
        for name in wanted where !covers(name) {
            problems.append(.notCovered(name: name, names: names))
        }
        if notBefore > now { problems.append(.notYetValid(from: notBefore.formatted(.iso8601))) }
        if notAfter <= now { problems.append(.expired(at: notAfter.formatted(.iso8601))) }
        if let key = _RSA.Signing.PublicKey(leaf.publicKey), key.keySizeInBits < 2048 {
            problems.append(.weakKey(keyDescription))
        }
        return problems
    }

    /// Whether a client that asks for this name accepts it; `*` stands for exactly one label.
    package func covers(_ name: String) -> Bool {
        let wanted = name.lowercased()
        return names.contains { own in
            if own == wanted { return true }
            guard own.hasPrefix("*."), let dot = wanted.firstIndex(of: "."),
                !wanted.hasPrefix("*")
            else { return false }
            return wanted[dot...] == own.dropFirst() && dot != wanted.startIndex
        }
    }

    private static func chain(
        from leaf: PEMParts.Part,
        through others: [PEMParts.Part]
    ) throws(CertificateProblem) -> [PEMParts.Part] {
        var rest = others.filter { $0.value != leaf.value }
        var chain: [PEMParts.Part] = []
        var last = leaf.value
        while !rest.isEmpty {
            guard
                let next = rest.firstIndex(where: { candidate in
                    candidate.value.subject == last.issuer
                        && candidate.value.publicKey.isValidSignature(last.signature, for: last)
                })
            else {
                throw .brokenChain(
                    subject: rest[0].value.subject.description,
                    missing: last.issuer.description
                )
            }
            let part = rest.remove(at: next)
            rest.removeAll { $0.value == part.value }
            last = part.value
            chain.append(part)
        }
        return chain
    }
}

extension CertificateBundle: CustomStringConvertible, CustomReflectable {
    package var description: String { "\(names.first ?? leaf.subject.description) \(sha256)" }
    package var customMirror: Mirror { Mirror(self, children: ["sha256": sha256]) }
}

extension Certificate {
    /// DNS names and IP addresses of `subjectAltName`; the common name where there is none.
    package var subjectNames: [String] {
        let alternatives = try? extensions.subjectAlternativeNames
        let names = (alternatives.map { Array($0) } ?? []).compactMap { name -> String? in
            switch name {
            case .dnsName(let name): name.lowercased()
            case .ipAddress(let octets): Self.address(Array(octets.bytes))
            default: nil
            }
        }
        guard names.isEmpty else { return names }
        for attribute in subject.flatMap({ Array($0) })
        where attribute.type == .RDNAttributeType.commonName {
            return [attribute.value.description.lowercased()]
        }
        return []
    }

    private static func address(_ octets: [UInt8]) -> String? {
        func word(_ range: Range<Int>) -> UInt64 {
            octets[range].reduce(0) { $0 << 8 | UInt64($1) }
        }
        switch octets.count {
        case 4: return IPv4Address(bits: UInt32(word(0..<4))).description
        case 16: return IPv6Address(high: word(0..<8), low: word(8..<16)).description
        default: return nil
        }
    }
}

extension Certificate.PublicKey {
    /// `ECDSA P-256`, `RSA 2048`, `Ed25519`.
    var kind: String {
        if let key = _RSA.Signing.PublicKey(self) { return "RSA \(key.keySizeInBits)" }
        if P256.Signing.PublicKey(self) != nil { return "ECDSA P-256" }
        if P384.Signing.PublicKey(self) != nil { return "ECDSA P-384" }
        if P521.Signing.PublicKey(self) != nil { return "ECDSA P-521" }
        return "Ed25519"
    }
}

extension Sequence<UInt8> {
    /// Two lower-case hexadecimal digits a byte.
    var hexadecimal: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
