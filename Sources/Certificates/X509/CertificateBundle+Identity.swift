import Crypto
import FoundationEssentials
package import Model
import SwiftASN1
import X509

extension CertificateBundle {
    /// By what it is compared with what others hold.
    package var fingerprint: CertificateFingerprint {
        guard let fingerprint = CertificateFingerprint(sha256: sha256, sha1: sha1) else {
            preconditionFailure("digests are hexadecimal")
        }
        return fingerprint
    }

    /// What the control plane plans with: everything but key and chain.
    package var issued: IssuedCertificate {
        var issued = IssuedCertificate(fingerprint)
        issued.serial = serial
        issued.names = names.sorted()
        issued.notBefore = Int(notBefore.timeIntervalSince1970)
        issued.notAfter = Int(notAfter.timeIntervalSince1970)
        issued.key = CertificateKeyKind(leaf.publicKey)
        issued.payloadSize = payload.revealed.utf8.count
        return issued
    }

    /// By what an authority knows it in questions about renewal; nil without a key identifier (RFC 9773 §4.1).
    package var renewalID: String? {
        guard let authority = try? leaf.extensions.authorityKeyIdentifier,
            let key = authority.keyIdentifier
        else { return nil }
        let serial = Array(leaf.serialNumber.bytes)
        // The bytes of the DER integer: a leading zero keeps it positive.
        let number = (serial.first ?? 0) >= 0x80 ? [0] + serial : serial
        return "\(Base64URL.encode(key)).\(Base64URL.encode(number))"
    }

    /// The leaf's DER.
    var leafDER: [UInt8] {
        let parts = try? PEMDocument.parseMultiple(pemString: chainPEM)
        return parts?.first?.derBytes ?? []
    }
}
