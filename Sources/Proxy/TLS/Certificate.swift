import COpenSSL

/// A certificate with its private key and chain, as one PEM file holds them.
///
/// Sound to share: OpenSSL's objects count their own references and nothing writes to them after `init`. Who
/// hands pointers to workers keeps this object until every worker has passed the snapshot that names them.
@safe package final class Certificate: @unchecked Sendable {
    /// Why a text is no certificate that can be served.
    package enum Mistake: Error, Equatable { case noCertificate, noKey, keyMismatch }

    /// What kind of signature its key makes; a name may have one certificate of each.
    package enum KeyKind: UInt8, Sendable, BitwiseCopyable { case ecdsa, rsa, other }

    let leaf: OpaquePointer
    /// Nil while a transaction has brought none yet.
    let key: OpaquePointer?
    /// Nil when the leaf is all there is.
    let chain: OpaquePointer?
    package let keyKind: KeyKind
    /// The names it is for, in lower case: those of its subject alternative names, then the common ones.
    package let names: [String]

    /// Reads key, certificate and chain in any order; `keyText` holds the key when `text` does not.
    ///
    /// - Throws: `noCertificate`; whether it can be served, `check` says.
    package convenience init(pem text: String, keyText: String? = nil) throws(Mistake) {
        var certificates = unsafe PEMReader.certificates(in: text)
        guard unsafe !certificates.isEmpty else { throw .noCertificate }
        let leaf = unsafe certificates.removeFirst()
        var key = unsafe PEMReader.key(in: text)
        if unsafe key == nil, let keyText { unsafe key = PEMReader.key(in: keyText) }
        unsafe self.init(leaf: leaf, key: key, chain: Self.chain(of: certificates))
    }

    /// The same certificate with another key; nil when the text holds none.
    convenience init?(_ other: Certificate, keyText: String) {
        guard let key = unsafe PEMReader.key(in: keyText) else { return nil }
        unsafe X509_up_ref(other.leaf)
        var chain: OpaquePointer?
        if let others = unsafe other.chain { unsafe chain = X509_chain_up_ref(others) }
        unsafe self.init(leaf: other.leaf, key: key, chain: chain)
    }

    /// Takes over what the pointers name.
    private init(leaf: OpaquePointer, key: OpaquePointer?, chain: OpaquePointer?) {
        unsafe self.leaf = leaf
        unsafe self.key = key
        unsafe self.chain = chain
        keyKind = unsafe key.map { unsafe CertificateDetails.kind(of: $0) } ?? .other
        names = unsafe PEMReader.names(of: leaf)
    }

    private static func chain(of certificates: [OpaquePointer]) -> OpaquePointer? {
        guard unsafe !certificates.isEmpty else { return nil }
        let chain = unsafe tls_chain()
        for index in unsafe certificates.indices {
            unsafe tls_chain_append(chain, certificates[index])
        }
        return unsafe chain
    }

    /// Why it cannot be served, or nil.
    package func check() -> Mistake? {
        guard let key = unsafe key else { return .noKey }
        let isPair = unsafe X509_check_private_key(leaf, key) == 1
        ERR_clear_error()
        return isPair ? nil : .keyMismatch
    }

    deinit {
        unsafe X509_free(leaf)
        unsafe EVP_PKEY_free(key)
        unsafe tls_chain_free(chain)
    }
}

/// Reads what PEM texts hold.
enum PEMReader {
    private static func withBIO<Result>(_ text: String, _ body: (OpaquePointer) -> Result)
        -> Result?
    {
        var text = text
        return text.withUTF8 { bytes in
            guard let bio = unsafe BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else {
                return nil
            }
            defer {
                unsafe BIO_free(bio)
                ERR_clear_error()
            }
            return unsafe body(bio)
        }
    }

    /// What `body` writes, as text.
    static func text(_ body: (OpaquePointer) -> Void) -> String {
        guard let bio = unsafe BIO_new(BIO_s_mem()) else { return "" }
        defer { unsafe BIO_free(bio) }
        unsafe body(bio)
        var start: UnsafeMutablePointer<CChar>?
        let count = unsafe tls_memory(bio, &start)
        guard let start = unsafe start else { return "" }
        return unsafe start.withMemoryRebound(to: UInt8.self, capacity: count) {
            unsafe ByteSlice(base: $0, count: count).text
        }
    }

    /// Every certificate in order; the caller owns them.
    static func certificates(in text: String) -> [OpaquePointer] {
        unsafe withBIO(text) { bio in
            var found: [OpaquePointer] = unsafe []
            while let certificate = unsafe tls_read_certificate(bio) {
                unsafe found.append(certificate)
            }
            return unsafe found
        } ?? []
    }

    /// The private key, which the caller owns; one with a passphrase is not read.
    static func key(in text: String) -> OpaquePointer? {
        unsafe withBIO(text) { bio in
            unsafe tls_read_key(bio)
        } ?? nil
    }

    /// Lets a store check against every revocation list of a text; false when there is none.
    static func addRevocations(of text: String, to store: OpaquePointer) -> Bool {
        unsafe withBIO(text) { bio in
            var count = 0
            while let list = unsafe tls_read_revocations(bio) {
                unsafe X509_STORE_add_crl(store, list)
                unsafe X509_CRL_free(list)
                count += 1
            }
            return count > 0
        } ?? false
    }

    /// The names a certificate is for, in lower case and each once.
    static func names(of certificate: OpaquePointer) -> [String] {
        var names: [String] = []
        if let list = unsafe X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) {
            let list = OpaquePointer(list)
            for index in 0..<(unsafe tls_name_count(list)) {
                guard let text = unsafe tls_dns_name(list, index) else { continue }
                unsafe names.append(String(cString: text))
                unsafe tls_free(text)
            }
            unsafe GENERAL_NAMES_free(list)
        }
        let subject = unsafe X509_get_subject_name(certificate)
        var index = unsafe X509_NAME_get_index_by_NID(subject, NID_commonName, -1)
        while index >= 0 {
            let value = unsafe X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index))
            var text: UnsafeMutablePointer<UInt8>?
            if unsafe ASN1_STRING_to_UTF8(&text, value) >= 0, let text = unsafe text {
                unsafe names.append(String(cString: text))
                unsafe tls_free(text)
            }
            index = unsafe X509_NAME_get_index_by_NID(subject, NID_commonName, index)
        }
        var seen: Set<String> = []
        return names.map { $0.lowercased() }.filter { !$0.isEmpty && seen.insert($0).inserted }
    }
}
