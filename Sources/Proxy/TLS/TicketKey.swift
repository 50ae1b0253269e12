import COpenSSL

/// A secret that tickets of sessions are sealed with (RFC 5077 §4), as HAProxy's `tls-ticket-keys` files hold them.
@safe package struct TicketKey: BitwiseCopyable, Hashable, Sendable {
    /// How many there are of a bind; the last but one seals, every one opens.
    package static let count = 3

    private var bytes: InlineArray<80, UInt8> = .init(repeating: 0)
    /// 48 for AES-128, 80 for AES-256.
    private var size: Int

    /// From base64; nil when it is not 48 or 80 bytes long.
    package init?(base64: String) {
        guard let given = Base64.decoded(base64), given.count == 48 || given.count == 80 else {
            return nil
        }
        size = given.count
        for index in given.indices { bytes[index] = given[index] }
    }

    /// The last three keys of a file; what is wrong with it, in HAProxy's words.
    package static func read(_ text: String, of file: String) throws(TLSContext.Mistake)
        -> [TicketKey]
    {
        var keys: [TicketKey] = []
        var size: Int?
        for line in text.split(whereSeparator: \.isNewline) {
            let word = line.filter { !$0.isWhitespace }
            if word.isEmpty { continue }
            guard let key = TicketKey(base64: word) else {
                throw TLSContext.Mistake(
                    "'tls-ticket-keys' : unable to decode base64 key on line \(keys.count + 1)"
                )
            }
            guard size == nil || size == key.size else {
                throw TLSContext.Mistake(
                    "'tls-ticket-keys' : wrong sized key on line \(keys.count + 1)"
                )
            }
            size = key.size
            keys.append(key)
        }
        guard keys.count >= count else {
            throw TLSContext.Mistake(
                "'tls-ticket-keys' : please supply at least \(count) keys in the tls-tickets-file."
            )
        }
        return keys.suffix(count)
    }

    package var base64: String { Base64.encoded((0..<size).map { bytes[$0] }) }
    func fits(_ other: TicketKey) -> Bool { size == other.size }

    package static func == (left: TicketKey, right: TicketKey) -> Bool {
        left.base64 == right.base64
    }

    package func hash(into hasher: inout Hasher) {
        for index in 0..<size { hasher.combine(bytes[index]) }
    }
}

extension TicketKey {
    private func isNamed(_ name: UnsafePointer<UInt8>) -> Bool {
        for index in 0..<16 where unsafe name[index] != bytes[index] { return false }
        return true
    }

    /// Prepares the ciphers for one ticket: the callback of contexts with keys of their own; -1 for a failure, 0 for
    /// a ticket that nobody knows, 2 for one to be renewed.
    static func prepare(
        _ session: OpaquePointer?,
        _ name: UnsafeMutablePointer<UInt8>?,
        _ vector: UnsafeMutablePointer<UInt8>?,
        _ cipher: OpaquePointer?,
        _ mac: OpaquePointer?,
        encrypts: Bool
    ) -> Int32 {
        guard let session = unsafe session, let name = unsafe name, let vector = unsafe vector,
            let data = unsafe tls_session_data(session)
        else { return -1 }
        let keys = unsafe data.assumingMemoryBound(to: TLSScene.self).pointee.bind.ticketKeys
        guard keys.count >= 2 else { return encrypts ? -1 : 0 }
        let own = keys.count - 2
        if encrypts {
            guard unsafe tls_random(vector, 16) == 1 else { return -1 }
            for index in 0..<16 { unsafe name[index] = keys[own].bytes[index] }
            return unsafe keys[own].prepare(vector, cipher, mac, encrypts: true) ? 1 : -1
        }
        for index in 0..<keys.count where unsafe keys[index].isNamed(name) {
            guard unsafe keys[index].prepare(vector, cipher, mac, encrypts: false) else {
                return -1
            }
            return index == own ? 1 : 2
        }
        return 0
    }

    /// HAProxy's layout: name, key and secret for AES-128; name, secret and key for AES-256.
    private func prepare(
        _ vector: UnsafePointer<UInt8>,
        _ cipher: OpaquePointer?,
        _ mac: OpaquePointer?,
        encrypts: Bool
    ) -> Bool {
        let half = (size - 16) / 2
        let (keyStart, secretStart) = size == 48 ? (16, 32) : (48, 16)
        return unsafe withUnsafeBytes(of: bytes) { raw in
            guard let start = unsafe raw.assumingMemoryBound(to: UInt8.self).baseAddress else {
                return false
            }
            return unsafe tls_prepare_ticket(
                cipher,
                mac,
                start + keyStart,
                half,
                start + secretStart,
                vector,
                encrypts ? 1 : 0
            ) == 1
        }
    }
}
