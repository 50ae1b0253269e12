import COpenSSL

/// An OCSP response that is sent with a certificate to clients that ask for it (RFC 6066 §8).
struct StapledResponse: Hashable, Sendable {
    /// What cannot be sent, in HAProxy's words.
    struct Mistake: Error { let text: String }

    let der: [UInt8]
    /// The identity of the certificate it is about, in DER.
    let identity: [UInt8]
    /// Seconds since 1970 from which on it says nothing any more.
    let expires: Int64

    init(der: [UInt8]) throws(Mistake) {
        var identity = [UInt8](repeating: 0, count: 512)
        var written = 0
        var expires: Int64 = 0
        let mistake = unsafe tls_check_response(
            der,
            der.count,
            &identity,
            identity.count,
            &written,
            &expires
        )
        if let mistake = unsafe mistake { throw unsafe Mistake(text: String(cString: mistake)) }
        guard written > 0 else { throw Mistake(text: "OCSP single response: no Certificate ID") }
        self.der = der
        self.identity = Array(identity.prefix(written))
        self.expires = expires
    }

    /// From base64, in as many lines as it likes.
    init(base64: String) throws(Mistake) {
        let text = base64.filter { !$0.isWhitespace }
        guard let der = Base64.decoded(text), !der.isEmpty else {
            throw Mistake(text: "Error reading OCSP response in base64 format")
        }
        try self.init(der: der)
    }

    /// In base64 on one line.
    var base64: String { Base64.encoded(der) }

    /// As OpenSSL prints it; a line with a blank stands for an empty one, which would end the answer.
    var details: String {
        let text = unsafe PEMReader.text { bio in unsafe tls_print_response(bio, der, der.count) }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.isEmpty ? " " : String($0)
        }.joined(separator: "\n").dropLastBlank
    }

    /// The identity in hexadecimal, by which HAProxy knows responses.
    static func key(of identity: [UInt8]) -> String {
        identity.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// What `show ssl ocsp-response` lists of one.
    var summary: String {
        unsafe PEMReader.text { bio in
            unsafe tls_print_certificate_id(bio, identity, identity.count)
        }
    }
}

extension String {
    /// Without the blank that stands behind the last line break.
    fileprivate var dropLastBlank: String { hasSuffix("\n ") ? String(dropLast()) : self }
}

extension StapledResponse {
    /// Hands a handshake that wants one the response of its certificate: the callback of contexts that serve.
    static func answer(_ session: OpaquePointer?) -> Int32 {
        guard let session = unsafe session, let data = unsafe tls_session_data(session) else {
            return SSL_TLSEXT_ERR_NOACK
        }
        let bind = unsafe data.assumingMemoryBound(to: TLSScene.self).pointee.bind
        let number = Int(unsafe tls_number(session, TLSTrouble.linePlace)) - 1
        guard number >= 0, number < bind.lines.count else { return SSL_TLSEXT_ERR_NOACK }
        let line = bind.lines[number]
        guard !line.response.isEmpty, line.responseExpires > WallClock.microseconds / 1_000_000,
            let start = unsafe line.response.base
        else { return SSL_TLSEXT_ERR_NOACK }
        let isSent = unsafe tls_staple(session, start, line.response.count) == 1
        return isSent ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK
    }
}
