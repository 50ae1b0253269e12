import COpenSSL

/// What rules and logs want to know of a connection's TLS.
extension TLSSession {
    /// Whose certificate is meant.
    enum Side: BitwiseCopyable { case own, peer }

    /// `TLSv1.3`; empty without a session.
    var versionName: ByteSlice {
        guard let session = unsafe session else { return .empty }
        return unsafe ByteSlice(cString: SSL_get_version(session))
    }

    /// OpenSSL's name of the cipher that was agreed on.
    var cipherName: ByteSlice {
        guard let session = unsafe session, let cipher = unsafe SSL_get_current_cipher(session)
        else { return .empty }
        return unsafe ByteSlice(cString: SSL_CIPHER_get_name(cipher))
    }

    /// Secret bits of the cipher, and the bits it is made for.
    var cipherBits: (used: Int, algorithm: Int) {
        guard let session = unsafe session, let cipher = unsafe SSL_get_current_cipher(session)
        else { return (0, 0) }
        var algorithm: Int32 = 0
        let used = unsafe SSL_CIPHER_get_bits(cipher, &algorithm)
        return (Int(used), Int(algorithm))
    }

    /// The protocol agreed on by ALPN; valid as long as the session.
    var protocolName: ByteSlice {
        guard let session = unsafe session else { return .empty }
        var start: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(session, &start, &count)
        return unsafe ByteSlice(base: start, count: Int(count))
    }

    /// The session of an earlier connection goes on.
    var isResumed: Bool {
        guard let session = unsafe session else { return false }
        return unsafe SSL_session_reused(session) == 1
    }

    /// OpenSSL's word on the peer's certificate, 0 for good or none.
    var verification: Int {
        guard let session = unsafe session else { return 0 }
        return unsafe SSL_get_verify_result(session)
    }

    /// Whether one side has shown a certificate.
    func hasCertificate(_ side: Side) -> Bool { unsafe certificate(side) != nil }

    private func certificate(_ side: Side) -> OpaquePointer? {
        guard let session = unsafe session else { return nil }
        return unsafe side == .own
            ? SSL_get_certificate(session) : SSL_get0_peer_certificate(session)
    }

    /// SHA-1 of a certificate behind what the arena has; false without one.
    func appendDigest(of side: Side, to arena: inout Arena) -> Bool {
        guard let certificate = unsafe certificate(side) else { return false }
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { digest in
            var count: UInt32 = 0
            guard unsafe X509_digest(certificate, EVP_sha1(), digest.baseAddress, &count) == 1
            else {
                return false
            }
            unsafe arena.append(
                ByteSlice(base: UnsafePointer(digest.baseAddress), count: Int(count))
            )
            return true
        }
    }

    /// A certificate's subject or issuer, `/C=…/CN=…`, or the value of its first such entry; false without one.
    func appendName(
        of side: Side,
        isIssuer: Bool,
        entry: ByteSlice,
        to arena: inout Arena
    ) -> Bool {
        guard let certificate = unsafe certificate(side) else { return false }
        let name =
            unsafe isIssuer
            ? X509_get_issuer_name(certificate) : X509_get_subject_name(certificate)
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2048) { text in
            let count = unsafe tls_name_text(
                name,
                entry.base,
                entry.count,
                text.baseAddress,
                text.count
            )
            guard count >= 0 else { return false }
            unsafe arena.append(ByteSlice(base: UnsafePointer(text.baseAddress), count: Int(count)))
            return true
        }
    }
}

extension ByteSlice {
    /// The bytes of a text that lives longer than the slice; empty for none.
    fileprivate init(cString: UnsafePointer<CChar>?) {
        guard let cString = unsafe cString else {
            self = .empty
            return
        }
        let count = unsafe strlen(cString)
        self = unsafe cString.withMemoryRebound(to: UInt8.self, capacity: count) {
            unsafe ByteSlice(base: $0, count: count)
        }
    }
}
