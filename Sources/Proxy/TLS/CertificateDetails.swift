import COpenSSL

/// What `show ssl cert` tells of a certificate.
enum CertificateDetails {
    /// SHA-1 in hexadecimal capitals.
    static func fingerprint(of certificate: OpaquePointer) -> String {
        var digest = [UInt8](repeating: 0, count: 20)
        var count: UInt32 = 20
        guard unsafe X509_digest(certificate, EVP_sha1(), &digest, &count) == 1 else { return "" }
        return digest.map { hexadecimal($0) }.joined()
    }

    /// An integer in hexadecimal capitals.
    static func digits(of number: UnsafePointer<ASN1_INTEGER>?) -> String {
        let count = Int(unsafe ASN1_STRING_length(number))
        guard let start = unsafe ASN1_STRING_get0_data(number) else { return "" }
        return unsafe ByteSlice(base: start, count: count).array.map { hexadecimal($0) }.joined()
    }

    /// A moment, e.g. `Nov 23 14:00:00 2026 GMT`.
    static func text(of time: UnsafePointer<ASN1_TIME>?) -> String {
        unsafe PEMReader.text { bio in unsafe ASN1_TIME_print(bio, time) }
    }

    /// `/C=…/CN=…`, as HAProxy writes names.
    static func text(of name: OpaquePointer?) -> String {
        guard let text = unsafe X509_NAME_oneline(name, nil, 0) else { return "" }
        defer { unsafe tls_free(text) }
        return unsafe String(cString: text)
    }

    /// Its alternative names, e.g. `DNS:a.example, DNS:b.example`; empty without any.
    static func alternativeNames(of certificate: OpaquePointer) -> String {
        let place = unsafe X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1)
        guard place >= 0, let found = unsafe X509_get_ext(certificate, place) else { return "" }
        return unsafe PEMReader.text { bio in unsafe X509V3_EXT_print(bio, found, 0, 0) }
    }

    /// The kind of signature that a key makes.
    static func kind(of key: OpaquePointer) -> Certificate.KeyKind {
        switch unsafe EVP_PKEY_get_base_id(key) {
        case EVP_PKEY_EC: .ecdsa
        case EVP_PKEY_RSA, EVP_PKEY_RSA_PSS: .rsa
        default: .other
        }
    }

    /// The kind and size of a key as HAProxy names them, e.g. `RSA2048` or `EC256`.
    static func algorithm(of key: OpaquePointer) -> String {
        let bits = unsafe EVP_PKEY_get_bits(key)
        switch unsafe EVP_PKEY_get_base_id(key) {
        case EVP_PKEY_RSA: return "RSA\(bits)"
        case EVP_PKEY_EC: return "EC\(bits)"
        case EVP_PKEY_DSA: return "DSA\(bits)"
        default: return ""
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let text = String(byte, radix: 16, uppercase: true)
        return byte < 16 ? "0\(text)" : text
    }

    /// What is shown of one certificate (HAProxy 3.0).
    static func lines(of certificate: OpaquePointer) -> [String] {
        let key = unsafe X509_get0_pubkey(certificate)
        var algorithm = ""
        if let key = unsafe key { unsafe algorithm = Self.algorithm(of: key) }
        return unsafe [
            "Serial: \(digits(of: X509_get0_serialNumber(certificate)))",
            "notBefore: \(text(of: X509_get0_notBefore(certificate)))",
            "notAfter: \(text(of: X509_get0_notAfter(certificate)))",
            "Subject Alternative Name: \(alternativeNames(of: certificate))",
            "Algorithm: \(algorithm)",
            "SHA1 FingerPrint: \(fingerprint(of: certificate))",
            "Subject: \(text(of: X509_get_subject_name(certificate)))",
            "Issuer: \(text(of: X509_get_issuer_name(certificate)))",
        ]
    }
}

extension Certificate.KeyKind {
    /// As `show ssl sni` names it.
    var word: String {
        switch self {
        case .ecdsa: "ecdsa"
        case .rsa: "rsa"
        case .other: "dsa"
        }
    }
}

extension Certificate {
    /// Until when and from when on it is good, as `show ssl sni` has them.
    var period: String {
        let after = unsafe CertificateDetails.text(of: X509_get0_notAfter(leaf))
        return unsafe "\(after)\t\(CertificateDetails.text(of: X509_get0_notBefore(leaf)))"
    }

    /// SHA-1 of its DER as `show ssl cert` prints it.
    var fingerprint: String { unsafe CertificateDetails.fingerprint(of: leaf) }

    /// The lines of `show ssl cert` that come from the certificate itself (HAProxy 3.0).
    var details: String {
        var lines = unsafe CertificateDetails.lines(of: leaf)
        guard let chain = unsafe chain else { return lines.joined(separator: "\n") + "\n" }
        for index in 0..<(unsafe tls_chain_count(chain)) {
            guard let link = unsafe tls_chain_at(chain, index) else { continue }
            unsafe lines.append(
                "Chain Subject: \(CertificateDetails.text(of: X509_get_subject_name(link)))"
            )
            unsafe lines.append(
                "Chain Issuer: \(CertificateDetails.text(of: X509_get_issuer_name(link)))"
            )
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
