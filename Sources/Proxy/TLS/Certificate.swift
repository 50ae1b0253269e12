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

    /// Who signed it, when that is not in the chain (`.issuer`).
    private let issuer: OpaquePointer?
    /// What is stapled to it.
    let response: StapledResponse?
    let responseBytes: RawText

    /// Reads key, certificate and chain in any order; `keyText` holds the key when `text` does not.
    ///
    /// - Throws: `noCertificate`; whether it can be served, `check` says.
    package convenience init(pem text: String, keyText: String? = nil) throws(Mistake) {
        var certificates = unsafe PEMReader.certificates(in: text)
        guard unsafe !certificates.isEmpty else { throw .noCertificate }
        let leaf = unsafe certificates.removeFirst()
        var key = unsafe PEMReader.key(in: text)
        if unsafe key == nil, let keyText { unsafe key = PEMReader.key(in: keyText) }
        unsafe self.init(Parts(leaf: leaf, key: key, chain: Self.chain(of: certificates)))
    }

    /// The same certificate with another key; nil when the text holds none.
    convenience init?(_ other: Certificate, keyText: String) {
        guard let key = unsafe PEMReader.key(in: keyText) else { return nil }
        var parts = other.parts
        unsafe EVP_PKEY_free(parts.key)
        unsafe parts.key = key
        self.init(parts)
    }

    /// The same certificate with who signed it; nil when the text holds no certificate.
    convenience init?(_ other: Certificate, issuerText: String) {
        var found = unsafe PEMReader.certificates(in: issuerText)
        guard unsafe !found.isEmpty else { return nil }
        var parts = other.parts
        unsafe X509_free(parts.issuer)
        unsafe parts.issuer = found.removeFirst()
        for index in unsafe found.indices { unsafe X509_free(found[index]) }
        self.init(parts)
    }

    /// The same certificate with another response to staple.
    convenience init(_ other: Certificate, response: StapledResponse?) {
        var parts = other.parts
        parts.response = response
        self.init(parts)
    }

    /// What a certificate is made of; whoever makes one of it hands over a reference to each.
    @safe private struct Parts {
        var leaf: OpaquePointer
        var key: OpaquePointer?
        var chain: OpaquePointer?
        var issuer: OpaquePointer?
        var response: StapledResponse?
    }

    private var parts: Parts {
        unsafe X509_up_ref(leaf)
        if let key = unsafe key { unsafe EVP_PKEY_up_ref(key) }
        if let issuer = unsafe issuer { unsafe X509_up_ref(issuer) }
        var copy: OpaquePointer?
        if let chain = unsafe chain { unsafe copy = X509_chain_up_ref(chain) }
        return unsafe Parts(leaf: leaf, key: key, chain: copy, issuer: issuer, response: response)
    }

    private init(_ parts: Parts) {
        unsafe leaf = parts.leaf
        unsafe key = parts.key
        unsafe chain = parts.chain
        unsafe issuer = parts.issuer
        response = parts.response
        responseBytes = parts.response.map { .make($0.der) } ?? .empty
        keyKind = unsafe parts.key.map { unsafe CertificateDetails.kind(of: $0) } ?? .other
        names = unsafe PEMReader.names(of: parts.leaf)
    }

    /// Its identity in OCSP, in DER; nil as long as nobody knows who signed it.
    var identity: [UInt8]? {
        var signer = unsafe issuer
        if unsafe signer == nil, let chain = unsafe chain {
            for index in 0..<(unsafe tls_chain_count(chain)) {
                guard let link = unsafe tls_chain_at(chain, index),
                    unsafe X509_check_issued(link, leaf) == X509_V_OK
                else { continue }
                unsafe signer = link
                break
            }
        }
        guard let signer = unsafe signer else { return nil }
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = unsafe tls_certificate_id(leaf, signer, &bytes, bytes.count)
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }

    /// What HAProxy calls its response by; empty without one, or with one about another certificate.
    var responseKey: String {
        guard let response, response.identity == identity else { return "" }
        return StapledResponse.key(of: response.identity)
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
        unsafe X509_free(issuer)
        responseBytes.free()
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

    /// Every revocation list in order; the caller owns them.
    static func revocations(in text: String) -> [OpaquePointer] {
        unsafe withBIO(text) { bio in
            var found: [OpaquePointer] = unsafe []
            while let list = unsafe tls_read_revocations(bio) { unsafe found.append(list) }
            return unsafe found
        } ?? []
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
