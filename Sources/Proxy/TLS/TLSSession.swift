import COpenSSL

/// One connection's TLS, as a row of a connection table holds it; all zeroes is none.
///
/// Sound because the row's worker alone uses it and frees it once, through `TLSPort.free`.
@safe struct TLSSession: BitwiseCopyable {
    var session: OpaquePointer?

    /// Something of the handshake has come.
    var hasBegun: Bool {
        guard let session = unsafe session else { return false }
        return unsafe SSL_get_state(session) != TLS_ST_BEFORE
    }

    @inline(__always) var isPresent: Bool { unsafe session != nil }

    /// The handshake is over.
    var isEstablished: Bool {
        guard let session = unsafe session else { return false }
        return unsafe SSL_is_init_finished(session) == 1
    }
}

extension TLSSession {
    /// The name that the client asked for; valid as long as the session.
    var serverName: ByteSlice {
        guard let session = unsafe session,
            let name = unsafe SSL_get_servername(session, TLSEXT_NAMETYPE_host_name)
        else { return .empty }
        let count = unsafe strlen(name)
        return unsafe name.withMemoryRebound(to: UInt8.self, capacity: count) {
            unsafe ByteSlice(base: $0, count: count)
        }
    }

    /// The version that was agreed on, e.g. `TLSv1.3`; empty without a session.
    var version: String {
        guard let session = unsafe session, let name = unsafe SSL_get_version(session) else {
            return ""
        }
        return unsafe String(cString: name)
    }

    /// The protocol that was agreed on by ALPN; empty for none.
    var negotiatedProtocol: String {
        guard let session = unsafe session else { return "" }
        var start: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(session, &start, &count)
        return unsafe ByteSlice(base: start, count: Int(count)).text
    }

    /// The names in the peer's certificate; none without one.
    var peerNames: [String] {
        guard let session = unsafe session,
            let certificate = unsafe SSL_get0_peer_certificate(session)
        else { return [] }
        return unsafe PEMReader.names(of: certificate)
    }

    /// SHA-1 of the peer's certificate in hexadecimal; empty without one.
    var peerFingerprint: String {
        guard let session = unsafe session,
            let certificate = unsafe SSL_get0_peer_certificate(session)
        else { return "" }
        return unsafe CertificateDetails.fingerprint(of: certificate)
    }
}
