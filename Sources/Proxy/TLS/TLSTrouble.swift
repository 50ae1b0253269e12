import COpenSSL

/// Why a connection of TLS came to nothing, as `fc_err` and `ssl_fc_err` tell it (HAProxy 3.0).
enum TLSTrouble: UInt8, BitwiseCopyable {
    case none = 0
    case empty = 24
    case aborted = 25
    case timeout = 26
    case authority = 30
    case certificate = 31
    case mismatch = 32
    case handshake = 34

    /// The client said nothing.
    var isSilence: Bool { self == .empty || self == .aborted }

    /// HAProxy's words.
    var text: ByteSlice {
        let words: StaticString =
            switch self {
            case .none: "Success"
            case .empty: "Connection closed during SSL handshake"
            case .aborted: "Connection error during SSL handshake"
            case .timeout: "Timeout during SSL handshake"
            case .authority: "SSL client CA chain cannot be verified"
            case .certificate: "SSL client certificate not trusted"
            case .mismatch:
                "Server presented an SSL certificate different from the configured one"
            case .handshake: "SSL handshake failure"
            }
        return ByteSlice(words)
    }

    /// Places in every session: what verification found, what went wrong, a certificate that was refused.
    static let verificationPlace = tls_session_place(0)
    static let errorPlace = tls_session_place(0)
    static let certificatePlace = tls_session_place(1)
    /// Of a client's: one more than the number of the line whose certificate it got. Of a server's: what its
    /// session is kept under.
    static let linePlace = tls_session_place(0)
}

/// What a bind lets pass (`crt-ignore-err`, `ca-ignore-err`).
package struct TLSIgnored: Hashable, Sendable, BitwiseCopyable {
    /// Of clients' own certificates, then of the authorities above them.
    package var certificate = TLSIgnoredErrors()
    package var authority = TLSIgnoredErrors()

    package init() {}
}

/// Errors of certificates by OpenSSL's numbers.
package struct TLSIgnoredErrors: Hashable, Sendable, BitwiseCopyable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    package init() {}

    /// Reads `all` or a list of numbers and names (`X509_V_ERR_CERT_HAS_EXPIRED`); nil when it holds another word.
    package init?(_ text: String) {
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            if word == "all" {
                (low, high) = (.max, .max)
                continue
            }
            let number = Int(word) ?? VerificationError.number(of: String(word))
            guard let number, (1..<128).contains(number) else { return nil }
            insert(number)
        }
    }

    private mutating func insert(_ number: Int) {
        if number < 64 { low |= 1 << UInt64(number) } else { high |= 1 << UInt64(number - 64) }
    }

    func contains(_ number: Int) -> Bool {
        guard (0..<128).contains(number) else { return false }
        return number < 64 ? low >> UInt64(number) & 1 == 1 : high >> UInt64(number - 64) & 1 == 1
    }
}

extension TLSSession {
    /// The first error of an authority with its place in the chain, and the first of the peer's own certificate.
    struct VerificationErrors: BitwiseCopyable {
        var authority: UInt8 = 0
        var depth: UInt8 = 0
        var certificate: UInt8 = 0
        /// The first error that was not ignored ended the handshake.
        var isRefused = false

        fileprivate init(_ packed: Int) {
            authority = UInt8(truncatingIfNeeded: packed)
            depth = UInt8(truncatingIfNeeded: packed >> 8)
            certificate = UInt8(truncatingIfNeeded: packed >> 16)
            isRefused = packed >> 24 & 1 == 1
        }

        fileprivate var packed: Int {
            Int(authority) | Int(depth) << 8 | Int(certificate) << 16 | (isRefused ? 1 << 24 : 0)
        }
    }

    var verificationErrors: VerificationErrors {
        @inline(never) get {
            guard let session = unsafe session else { return VerificationErrors(0) }
            return unsafe VerificationErrors(Int(tls_number(session, TLSTrouble.verificationPlace)))
        }
    }

    /// OpenSSL's code of what ended the handshake, 0 for nothing.
    var error: UInt {
        @inline(never) get {
            guard let session = unsafe session else { return 0 }
            return unsafe UInt(tls_number(session, TLSTrouble.errorPlace)) & 0xffff_ffff
        }
    }

    var connectionError: TLSTrouble {
        @inline(never) get {
            guard let session = unsafe session else { return .none }
            let packed = unsafe tls_number(session, TLSTrouble.errorPlace)
            return TLSTrouble(rawValue: UInt8(truncatingIfNeeded: packed >> 32)) ?? .none
        }
    }

    /// Takes down why a handshake failed, once; what the verification found goes before `trouble`.
    @inline(never)
    func note(_ trouble: TLSTrouble, code: UInt = 0) {
        guard let session = unsafe session, connectionError == .none else { return }
        var trouble = trouble
        let errors = verificationErrors
        if errors.isRefused { trouble = errors.certificate > 0 ? .certificate : .authority }
        let packed = Int(trouble.rawValue) << 32 | Int(code & 0xffff_ffff)
        unsafe tls_set_number(session, TLSTrouble.errorPlace, packed)
    }

    /// Judges one certificate of a client's chain: the callback of contexts that verify.
    static func verify(isGood: Int32, store: OpaquePointer?) -> Int32 {
        guard isGood == 0, let store = unsafe store,
            let session = unsafe tls_verified_session(store)
        else { return isGood }
        let error = Int(unsafe X509_STORE_CTX_get_error(store))
        let depth = unsafe X509_STORE_CTX_get_error_depth(store)
        var errors = unsafe VerificationErrors(
            Int(tls_number(session, TLSTrouble.verificationPlace))
        )
        let ignored = unsafe TLSContext.ignored(by: SSL_get_SSL_CTX(session))
        let isIgnored: Bool
        if depth > 0 {
            if errors.authority == 0 {
                errors.authority = UInt8(clamping: error)
                errors.depth = UInt8(clamping: depth)
            }
            isIgnored = ignored.authority.contains(error)
        } else {
            // For the log lines about it.
            unsafe tls_keep_certificate(
                session,
                TLSTrouble.certificatePlace,
                X509_STORE_CTX_get0_cert(store)
            )
            if errors.certificate == 0 { errors.certificate = UInt8(clamping: error) }
            isIgnored = ignored.certificate.contains(error)
        }
        errors.isRefused = !isIgnored
        unsafe tls_set_number(session, TLSTrouble.verificationPlace, errors.packed)
        if isIgnored { ERR_clear_error() }
        return isIgnored ? 1 : 0
    }
}
