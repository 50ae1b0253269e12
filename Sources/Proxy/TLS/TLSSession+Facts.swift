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

    /// What the peer showed, also when it was refused.
    private func certificate(_ side: Side) -> OpaquePointer? {
        guard let session = unsafe session else { return nil }
        if side == .own { return unsafe SSL_get_certificate(session) }
        return unsafe SSL_get0_peer_certificate(session)
            ?? OpaquePointer(SSL_get_ex_data(session, TLSTrouble.certificatePlace))
    }

    /// The group that the keys were agreed on in, e.g. `X25519`.
    var curveName: ByteSlice {
        guard let session = unsafe session else { return .empty }
        return unsafe ByteSlice(cString: tls_group(session))
    }

    /// What is made of bytes of the connection behind what the arena has; false when there is nothing.
    func append(_ topic: TLSFact.Topic, to arena: inout Arena) -> Bool {
        guard let session = unsafe session else { return false }
        return unsafe Self.fill(256, &arena) { bytes, room in
            let established = unsafe SSL_get_session(session)
            switch topic {
            case .sessionID:
                var count: UInt32 = 0
                guard let known = unsafe established,
                    let start = unsafe SSL_SESSION_get_id(known, &count)
                else { return -1 }
                unsafe memcpy(bytes, start, Int(count))
                return Int(count)
            case .sessionKey:
                guard let known = unsafe established else { return -1 }
                return unsafe SSL_SESSION_get_master_key(known, bytes, room)
            case .uniqueID:
                let count =
                    unsafe SSL_session_reused(session) == 1
                    ? SSL_get_finished(session, bytes, room)
                    : SSL_get_peer_finished(session, bytes, room)
                return count > 0 ? count : -1
            case .clientRandom: return unsafe SSL_get_client_random(session, bytes, room)
            case .serverRandom: return unsafe SSL_get_server_random(session, bytes, room)
            case .errorText:
                return unsafe bytes.withMemoryRebound(to: CChar.self, capacity: room) { text in
                    unsafe tls_error_text(error, text, room)
                    return unsafe strlen(text)
                }
            default: return -1
            }
        }
    }

    /// The same of a certificate.
    func append(_ topic: TLSFact.Topic, of side: Side, to arena: inout Arena) -> Bool {
        guard let session = unsafe session, let certificate = unsafe certificate(side) else {
            return false
        }
        return unsafe Self.fill(16_384, &arena) { bytes, room in
            switch topic {
            case .digest:
                var count: UInt32 = 0
                let isMade = unsafe X509_digest(certificate, EVP_sha1(), bytes, &count) == 1
                return isMade ? Int(count) : -1
            case .der: return unsafe tls_certificate_der(certificate, bytes, room)
            case .chain: return unsafe tls_chain_der(session, bytes, room)
            case .serial:
                let number = unsafe X509_get0_serialNumber(certificate)
                let count = Int(unsafe ASN1_STRING_length(number))
                guard count <= room, let start = unsafe ASN1_STRING_get0_data(number) else {
                    return -1
                }
                unsafe memcpy(bytes, start, count)
                return count
            case .notBefore:
                return unsafe tls_time_text(X509_get0_notBefore(certificate), bytes, room)
            case .notAfter:
                return unsafe tls_time_text(X509_get0_notAfter(certificate), bytes, room)
            default: return -1
            }
        }
    }

    /// Lets `body` write up to `room` bytes and puts as many as it says behind what the arena has.
    private static func fill(
        _ room: Int,
        _ arena: inout Arena,
        _ body: (UnsafeMutablePointer<UInt8>, Int) -> Int
    ) -> Bool {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: room) { bytes in
            guard let base = bytes.baseAddress else { return false }
            let count = unsafe body(base, room)
            guard count >= 0 else { return false }
            unsafe arena.append(ByteSlice(base: UnsafePointer(base), count: count))
            return true
        }
    }

    /// 1 for the first version of the format; 0 without a certificate.
    func certificateVersion(_ side: Side) -> Int {
        guard let certificate = unsafe certificate(side) else { return 0 }
        return unsafe X509_get_version(certificate) + 1
    }

    /// OpenSSL's name for the kind of a certificate's key, or for how it is signed; lives as long as the process.
    func algorithm(_ side: Side, ofKey: Bool) -> ByteSlice {
        guard let certificate = unsafe certificate(side) else { return .empty }
        return unsafe ByteSlice(cString: tls_algorithm(certificate, ofKey ? 1 : 0))
    }

    /// Which part of a name is wanted, and how.
    struct NameEntry: BitwiseCopyable {
        /// Empty for all.
        var name: ByteSlice
        /// The n-th of that name, from the end when negative.
        var occurrence: Int
        var isRFC2253: Bool
    }

    /// A certificate's subject or issuer, `/C=…/CN=…`, or the value of one entry; false without one.
    func appendName(
        _ topic: TLSFact.Topic,
        of side: Side,
        _ entry: NameEntry,
        to arena: inout Arena
    ) -> Bool {
        var holder = unsafe certificate(side)
        if topic == .rootSubject, let session = unsafe session {
            unsafe holder = tls_root(session)
        }
        guard let holder = unsafe holder else { return false }
        let name =
            unsafe topic == .issuer
            ? X509_get_issuer_name(holder) : X509_get_subject_name(holder)
        return unsafe Self.fill(2048, &arena) { text, room in
            if entry.isRFC2253, entry.name.isEmpty {
                return unsafe tls_name_rfc2253(name, text, room)
            }
            return unsafe tls_name_text(
                name,
                entry.name.base,
                entry.name.count,
                entry.occurrence,
                text,
                room
            )
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
