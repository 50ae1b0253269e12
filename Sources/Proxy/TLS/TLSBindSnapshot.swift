import COpenSSL

/// One TLS bind as workers see it: which certificate a name gets, with its key, in one piece.
///
/// Sound because the pointers belong to `Certificate` and `TLSContext` objects that `CertificateStore` keeps
/// until every worker has passed the last snapshot that names them; OpenSSL counts what sessions hold beyond.
@safe package struct TLSBindSnapshot: BitwiseCopyable, @unchecked Sendable {
    /// A certificate that some names get, one for each line of a list and kind of key.
    @safe package struct Line: BitwiseCopyable {
        var leaf: OpaquePointer?
        var key: OpaquePointer?
        var chain: OpaquePointer?
        /// The bind's, or that of the line's own options.
        var context: OpaquePointer?
        var keyKind: Certificate.KeyKind
        /// Versions of the context, which a session does not take over with it.
        var versions: (least: Int32, most: Int32)
        /// An OCSP response in DER, and the second since 1970 from which on it is worth nothing.
        var response: ByteSlice
        var responseExpires: Int64
        /// Lines that came from one line of a list share it.
        var group: Int32

        init(_ certificate: Certificate, context: TLSContext, group: Int) {
            unsafe leaf = certificate.leaf
            unsafe key = certificate.key
            unsafe chain = certificate.chain
            unsafe self.context = context.context
            keyKind = certificate.keyKind
            response = certificate.responseBytes.slice
            responseExpires = certificate.response?.expires ?? 0
            versions = (
                context.options.minVersion.rawValue, context.options.maxVersion?.rawValue ?? 0
            )
            self.group = Int32(truncatingIfNeeded: group)
        }
    }

    /// A name, or what follows the asterisk of one, with the line it leads to.
    package struct Name: BitwiseCopyable {
        var start: Int32
        var count: Int32
        var line: Int32
        /// The line's asterisk does not mean this name.
        var isNegative: Bool
    }

    /// Sessions begin with it.
    var context: OpaquePointer?
    /// Names that no line knows are refused.
    var isStrict = false
    /// As log lines name the listener.
    var label: RawText = .empty
    /// Of all names, one behind the other.
    var text: RawText = .empty
    /// By text and then in the order of the lines.
    var names: RawArray<Name> = .empty
    var lines: RawArray<Line> = .empty
    /// Of tickets, oldest first; empty leaves them to OpenSSL.
    var ticketKeys: RawArray<TicketKey> = .empty
    /// Lines for clients whose name no line knows, best first.
    var defaults: RawArray<Int32> = .empty

    init() {}

    init(context: TLSContext, isStrict: Bool) {
        unsafe self.context = context.context
        self.isStrict = isStrict
    }

    /// Gives its memory back; the caller proves that no reader holds it.
    func free() {
        label.free()
        text.free()
        names.free()
        lines.free()
        defaults.free()
        ticketKeys.free()
    }
}

extension TLSBindSnapshot {
    /// A line for each kind of key, -1 for none.
    private struct Candidates {
        var ecdsa: Int32 = -1
        var rsa: Int32 = -1
        var other: Int32 = -1

        mutating func add(_ line: Int32, _ kind: Certificate.KeyKind) {
            switch kind {
            case .ecdsa: if ecdsa < 0 { ecdsa = line }
            case .rsa: if rsa < 0 { rsa = line }
            case .other: if other < 0 { other = line }
            }
        }

        /// In HAProxy's order (`ssl_sock_chose_sni_ctx`, 3.0).
        func best(_ signatures: Signatures) -> Int32 {
            if ecdsa >= 0, signatures.ecdsa { return ecdsa }
            if rsa >= 0, signatures.rsa { return rsa }
            if other >= 0 { return other }
            return ecdsa >= 0 ? ecdsa : rsa
        }
    }

    /// What kinds of signature a client understands.
    struct Signatures {
        var ecdsa = false
        var rsa = true
    }

    /// The line for a name in lower case, -1 when no line knows it.
    func line(for name: ByteSlice, _ signatures: Signatures) -> Int32 {
        var found = Candidates()
        var place = firstPlace(of: name)
        while place < names.count, isName(place, name) {
            let entry = names[place]
            if !entry.isNegative { found.add(entry.line, lines[Int(entry.line)].keyKind) }
            place += 1
        }
        if let dot = name.firstIndex(of: 46) {
            let domain = name.dropFirst(dot)
            place = firstPlace(of: domain)
            while place < names.count, isName(place, domain) {
                let line = names[place].line
                if !excludes(name, group: lines[Int(line)].group) {
                    found.add(line, lines[Int(line)].keyKind)
                }
                place += 1
            }
        }
        return found.best(signatures)
    }

    /// The line for clients whose name no line knows.
    func defaultLine(_ signatures: Signatures) -> Int32 {
        var found = Candidates()
        for index in defaults.indices {
            found.add(defaults[index], lines[Int(defaults[index])].keyKind)
        }
        return found.best(signatures)
    }

    /// Whether a negative filter beside an asterisk takes this name out.
    private func excludes(_ name: ByteSlice, group: Int32) -> Bool {
        var place = firstPlace(of: name)
        while place < names.count, isName(place, name) {
            if names[place].isNegative, lines[Int(names[place].line)].group == group { return true }
            place += 1
        }
        return false
    }

    private func bytes(of place: Int) -> ByteSlice {
        let entry = names[place]
        return text.slice[Int(entry.start)..<Int(entry.start + entry.count)]
    }

    private func isName(_ place: Int, _ name: ByteSlice) -> Bool {
        bytes(of: place).isEqual(to: name)
    }

    private func firstPlace(of name: ByteSlice) -> Int {
        var (low, high) = (0, names.count)
        while low < high {
            let middle = (low + high) / 2
            if Self.isBefore(bytes(of: middle), name) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func isBefore(_ left: ByteSlice, _ right: ByteSlice) -> Bool {
        let count = min(left.count, right.count)
        for index in 0..<count where left[index] != right[index] {
            return left[index] < right[index]
        }
        return left.count < right.count
    }
}

extension TLSBindSnapshot {
    /// Gives the session of a ClientHello its certificate: the callback of every context that serves.
    static func choose(for session: OpaquePointer?, alert: UnsafeMutablePointer<Int32>?) -> Int32 {
        guard let session = unsafe session, let data = unsafe tls_session_data(session) else {
            return SSL_CLIENT_HELLO_ERROR
        }
        let bind = unsafe data.assumingMemoryBound(to: TLSScene.self).pointee.bind
        let signatures = unsafe signatures(of: session)
        var line: Int32 = -1
        unsafe withServerName(of: session) { name in line = bind.line(for: name, signatures) }
        // As HAProxy (3.0), which with `strict-sni` refuses clients that name nobody too.
        if line < 0, !bind.isStrict { line = bind.defaultLine(signatures) }
        guard line >= 0 else {
            unsafe alert?.pointee = SSL_AD_UNRECOGNIZED_NAME
            return SSL_CLIENT_HELLO_ERROR
        }
        let chosen = bind.lines[Int(line)]
        if !chosen.response.isEmpty {
            unsafe tls_set_number(session, TLSTrouble.linePlace, Int(line) + 1)
        }
        if unsafe chosen.context != bind.context {
            unsafe SSL_set_SSL_CTX(session, chosen.context)
            unsafe tls_session_limit_versions(session, chosen.versions.least, chosen.versions.most)
            unsafe SSL_set_verify(session, SSL_CTX_get_verify_mode(chosen.context), nil)
        }
        guard unsafe SSL_use_cert_and_key(session, chosen.leaf, chosen.key, chosen.chain, 1) == 1
        else {
            unsafe alert?.pointee = SSL_AD_INTERNAL_ERROR
            return SSL_CLIENT_HELLO_ERROR
        }
        return SSL_CLIENT_HELLO_SUCCESS
    }

    /// Calls `body` with the name the client asks for in lower case (RFC 6066 §3), if it names one.
    private static func withServerName(of session: OpaquePointer, _ body: (ByteSlice) -> Void) {
        var start: UnsafePointer<UInt8>?
        var count = 0
        guard
            unsafe SSL_client_hello_get0_ext(
                session,
                UInt32(TLSEXT_TYPE_server_name),
                &start,
                &count
            ) == 1
        else { return }
        let bytes = unsafe ByteSlice(base: start, count: count)
        // A list's length, the kind of name (0: host name) and its length, each in network order.
        guard bytes.count > 5, bytes[2] == 0 else { return }
        let length = Int(bytes[3]) << 8 | Int(bytes[4])
        guard length > 0, length <= bytes.count - 5, length <= 255 else { return }
        let name = bytes[5..<(5 + length)]
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length) { lowered in
            for index in 0..<length {
                unsafe lowered[index] = ASCII.lowercased(name[index])
            }
            unsafe body(ByteSlice(base: UnsafePointer(lowered.baseAddress), count: length))
        }
    }

    /// From the extension of RFC 8446 §4.2.3; without it a client is taken for one that knows RSA alone.
    private static func signatures(of session: OpaquePointer) -> Signatures {
        var start: UnsafePointer<UInt8>?
        var count = 0
        guard
            unsafe SSL_client_hello_get0_ext(
                session,
                UInt32(TLSEXT_TYPE_signature_algorithms),
                &start,
                &count
            ) == 1
        else { return Signatures() }
        let bytes = unsafe ByteSlice(base: start, count: count)
        var known = Signatures(ecdsa: false, rsa: false)
        var index = 2
        while index + 1 < bytes.count {
            // Hash and signature; those of the second generation (8) are RSA-PSS from 4 on.
            let (hash, signature) = (bytes[index], bytes[index + 1])
            if hash == 8 {
                if signature >= 4, signature <= 6 || signature >= 9 && signature <= 11 {
                    known.rsa = true
                }
            } else if signature == 1 {
                known.rsa = true
            } else if signature == 3 {
                known.ecdsa = true
            }
            index += 2
        }
        if known.ecdsa { known.ecdsa = unsafe tls_hello_has_ecdsa(session) == 1 }
        return known
    }
}
