import COpenSSL

/// The certificates of a file of authorities, or its revocation lists, under its name.
///
/// Sound to share: nothing is written after `init`, and OpenSSL counts what contexts hold beyond.
@safe package final class CertificateBundle: @unchecked Sendable {
    /// What a file was first named for; the Runtime API keeps the two apart.
    package enum Kind: String, Sendable {
        case authorities = "CA"
        case revocations = "CRL"
    }

    package let name: String
    package let kind: Kind
    /// Each once, in the order they came.
    let certificates: [OpaquePointer]
    let revocations: [OpaquePointer]

    /// Reads what is in a PEM text, behind what `other` has.
    package init(name: String, kind: Kind, text: String, behind other: CertificateBundle? = nil) {
        self.name = name
        self.kind = kind
        var certificates = unsafe other?.certificates ?? []
        var revocations = unsafe other?.revocations ?? []
        for index in unsafe certificates.indices { unsafe X509_up_ref(certificates[index]) }
        for index in unsafe revocations.indices { unsafe X509_CRL_up_ref(revocations[index]) }
        let found = unsafe PEMReader.certificates(in: text)
        for index in unsafe found.indices {
            let isKnown = unsafe certificates.contains { unsafe X509_cmp($0, found[index]) == 0 }
            if isKnown {
                unsafe X509_free(found[index])
            } else {
                unsafe certificates.append(found[index])
            }
        }
        unsafe revocations += PEMReader.revocations(in: text)
        unsafe self.certificates = certificates
        unsafe self.revocations = revocations
    }

    deinit {
        for index in unsafe certificates.indices { unsafe X509_free(certificates[index]) }
        for index in unsafe revocations.indices { unsafe X509_CRL_free(revocations[index]) }
    }

    /// Whether it has any of what it was named for.
    package var isEmpty: Bool {
        unsafe kind == .authorities ? certificates.isEmpty : revocations.isEmpty
    }

    /// Tells what is in it from anything else.
    var fingerprint: String {
        let parts = unsafe certificates.map { unsafe CertificateDetails.fingerprint(of: $0) }
        let lists = unsafe Self.digest(of: revocations)
        return parts.joined(separator: ",") + "/" + lists
    }

    private static func digest(of lists: [OpaquePointer]) -> String {
        var text = ""
        for index in unsafe lists.indices {
            var digest = [UInt8](repeating: 0, count: 32)
            unsafe X509_CRL_digest(lists[index], EVP_sha256(), &digest, nil)
            text += StapledResponse.key(of: digest)
        }
        return text
    }

    package var certificateCount: Int { unsafe certificates.count }

    /// Lets a store trust its certificates and look at its lists.
    func add(to store: OpaquePointer) {
        for index in unsafe certificates.indices {
            unsafe X509_STORE_add_cert(store, certificates[index])
        }
        guard unsafe !revocations.isEmpty else { return }
        for index in unsafe revocations.indices {
            unsafe X509_STORE_add_crl(store, revocations[index])
        }
    }

    /// Lets a context tell clients which authorities it knows.
    func announce(by context: OpaquePointer) {
        for index in unsafe certificates.indices {
            unsafe SSL_CTX_add_client_CA(context, certificates[index])
        }
    }
}

/// One object for what was read at one time, so that being the same says enough.
extension CertificateBundle: Hashable {
    package static func == (left: CertificateBundle, right: CertificateBundle) -> Bool {
        left === right
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

extension CertificateBundle {
    /// What `show ssl ca-file` and `show ssl crl-file` tell of each entry, or of the one with a number from 1
    /// (HAProxy 3.0).
    func details(of number: Int?) -> String {
        var text = ""
        for index in 0..<(unsafe kind == .authorities ? certificates.count : revocations.count) {
            guard number == nil || number == index + 1 else { continue }
            if kind == .authorities {
                text += " \nCertificate #\(index + 1):\n"
                unsafe text += CertificateDetails.lines(of: certificates[index]).joined(
                    separator: "\n"
                )
                text += "\n"
            } else {
                text += " \nCertificate Revocation List #\(index + 1):\n"
                unsafe text += Self.details(of: revocations[index])
            }
        }
        return text
    }

    private static func details(of list: OpaquePointer) -> String {
        let signature = unsafe tls_revocation_signature(list)
        var text = unsafe "Version \(X509_CRL_get_version(list) + 1)\n"
        unsafe text +=
            "Signature Algorithm: \(signature.map { unsafe String(cString: $0) } ?? "")\n"
        unsafe text += "Issuer: \(CertificateDetails.text(of: X509_CRL_get_issuer(list)))\n"
        unsafe text +=
            "Last Update: \(CertificateDetails.text(of: X509_CRL_get0_lastUpdate(list)))\n"
        if let next = unsafe X509_CRL_get0_nextUpdate(list) {
            unsafe text += "Next Update: \(CertificateDetails.text(of: next))\n"
        }
        let count = Int(unsafe tls_revoked_count(list))
        guard count > 0 else { return text + "No Revoked Certificates.\n" }
        text += "Revoked Certificates:\n"
        for index in 0..<count {
            guard let entry = unsafe tls_revoked(list, Int32(index)) else { continue }
            let number = unsafe X509_REVOKED_get0_serialNumber(entry)
            let date = unsafe X509_REVOKED_get0_revocationDate(entry)
            unsafe text += "    Serial Number: \(CertificateDetails.digits(of: number))\n"
            unsafe text += "        Revocation Date: \(CertificateDetails.text(of: date))\n"
        }
        return text
    }
}
