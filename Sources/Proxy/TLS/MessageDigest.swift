import COpenSSL

/// The message digests of converters, by OpenSSL, over bytes in place (RFC 1321, FIPS 180-4).
///
/// Sound because OpenSSL keeps no pointer beyond a call, and no digest is longer than `EVP_MAX_MD_SIZE`.
package enum MessageDigest: UInt8, BitwiseCopyable, Sendable {
    case md5, sha1, sha224, sha256, sha384, sha512

    /// By the name in `digest(…)` and `hmac(…)`; HAProxy takes OpenSSL's.
    init?(named name: String) {
        switch name.lowercased() {
        case "md5": self = .md5
        case "sha1": self = .sha1
        case "sha224": self = .sha224
        case "sha256": self = .sha256
        case "sha384": self = .sha384
        case "sha512": self = .sha512
        default: return nil
        }
    }

    private var algorithm: OpaquePointer? {
        switch self {
        case .md5: unsafe EVP_md5()
        case .sha1: unsafe EVP_sha1()
        case .sha224: unsafe EVP_sha224()
        case .sha256: unsafe EVP_sha256()
        case .sha384: unsafe EVP_sha384()
        case .sha512: unsafe EVP_sha512()
        }
    }

    /// Puts the digest of a message behind what the arena has.
    func append(_ message: ByteSlice, to arena: inout Arena) {
        unsafe withResult(to: &arena) { result, count in
            unsafe EVP_Digest(message.base, message.count, result, &count, algorithm, nil) == 1
        }
    }

    /// Puts the keyed digest of a message behind what the arena has (RFC 2104).
    func append(_ message: ByteSlice, keyedBy key: ByteSlice, to arena: inout Arena) {
        unsafe withResult(to: &arena) { result, count in
            let keyCount = Int32(clamping: key.count)
            return unsafe HMAC(
                algorithm,
                key.base,
                keyCount,
                message.base,
                message.count,
                result,
                &count
            ) != nil
        }
    }

    /// Nothing is put there when OpenSSL has no memory, or a policy of the machine forbids the algorithm.
    private func withResult(
        to arena: inout Arena,
        _ body: (UnsafeMutablePointer<UInt8>?, inout UInt32) -> Bool
    ) {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(EVP_MAX_MD_SIZE)) {
            var count: UInt32 = 0
            guard unsafe body($0.baseAddress, &count) else {
                ERR_clear_error()
                return
            }
            unsafe arena.append(ByteSlice(base: UnsafePointer($0.baseAddress), count: Int(count)))
        }
    }
}
