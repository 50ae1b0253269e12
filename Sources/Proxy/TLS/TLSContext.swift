import COpenSSL

/// One `SSL_CTX`: everything about TLS but the certificates, shared by all binds with the same options.
///
/// Sound to share: OpenSSL locks what handshakes change in it (sessions, tickets), and nothing else is written
/// after `init`. Whoever hands its pointer to workers keeps this object until they have passed the snapshot.
@safe package final class TLSContext: @unchecked Sendable {
    /// What cannot be had, in HAProxy's words.
    package struct Mistake: Error, Equatable {
        package let text: String

        package init(_ text: String) { self.text = text }
    }

    let context: OpaquePointer
    let options: TLSOptions

    /// A context for clients to connect to.
    package init(serving options: TLSOptions) throws(Mistake) {
        guard let context = unsafe SSL_CTX_new(TLS_server_method()) else {
            throw Mistake("unable to allocate SSL context.")
        }
        unsafe self.context = context
        self.options = options
        try apply()
        judgeClients()
        unsafe tls_set_status_callback(context) { session, _ in
            unsafe StapledResponse.answer(session)
        }
        if options.ticketFile != nil {
            unsafe tls_set_ticket_callback(context) {
                session,
                name,
                vector,
                cipher,
                mac,
                encrypts in
                unsafe TicketKey.prepare(
                    session,
                    name,
                    vector,
                    cipher,
                    mac,
                    encrypts: encrypts == 1
                )
            }
        }
        unsafe SSL_CTX_set_client_hello_cb(
            context,
            { session, alert, _ in
                unsafe TLSBindSnapshot.choose(for: session, alert: alert)
            },
            nil
        )
        unsafe tls_remember_names(context)
        if !protocolNames.isEmpty {
            unsafe tls_announce(context, protocolNames, UInt32(protocolNames.count))
        }
    }

    /// A context for connections to servers.
    ///
    /// `certificate` is shown to servers that ask for one.
    package init(
        connecting options: TLSOptions,
        as certificate: Certificate? = nil
    ) throws(Mistake) {
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else {
            throw Mistake("unable to allocate SSL context.")
        }
        unsafe self.context = context
        self.options = options
        try apply()
        unsafe tls_offer_sessions(context) { session, offered in
            unsafe TLSScene.keep(session, offered)
        }
        if !protocolNames.isEmpty {
            unsafe tls_offer(context, protocolNames, UInt32(protocolNames.count))
        }
        guard let certificate else { return }
        let isTaken = unsafe SSL_CTX_use_cert_and_key(
            context,
            certificate.leaf,
            certificate.key,
            certificate.chain,
            1
        )
        guard isTaken == 1 else { throw Mistake("unable to use the client certificate.") }
    }

    deinit { unsafe SSL_CTX_free(context) }

    private func apply() throws(Mistake) {
        unsafe tls_set_options(
            context,
            options.prefersClientCiphers ? 1 : 0,
            options.hasTickets ? 1 : 0
        )
        unsafe tls_set_mode(context)
        unsafe tls_set_session_cache(context, Int(SSL_SESS_CACHE_SERVER), 20_000)
        let scope = sessionScope
        unsafe SSL_CTX_set_session_id_context(context, scope, UInt32(scope.count))
        let most = options.maxVersion?.rawValue ?? 0
        guard unsafe tls_limit_versions(context, options.minVersion.rawValue, most) == 1 else {
            throw Mistake("unable to set SSL versions.")
        }
        try applyLists()
        try applyVerification()
    }

    /// Where a client has to prove who it is, a session from where it had not is none. With keys of tickets that
    /// others have, too, it is the same wherever clients are checked alike; else it is of this context alone.
    private var sessionScope: [UInt8] {
        guard options.ticketFile != nil else {
            return unsafe withUnsafeBytes(of: UInt(bitPattern: context)) { unsafe Array($0) }
        }
        var text = "\(options.verification)\n\n"
        if options.verification != .none {
            for bundle in [options.authorities, options.silentAuthorities, options.revocations] {
                text += "\(bundle?.fingerprint ?? "")\n"
            }
            text += "\(options.ignored)"
        }
        var digest = [UInt8](repeating: 0, count: 32)
        var bytes = Array(text.utf8)
        unsafe EVP_Digest(&bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
        return digest
    }

    private func applyLists() throws(Mistake) {
        if let ciphers = options.ciphers, unsafe SSL_CTX_set_cipher_list(context, ciphers) != 1 {
            throw Mistake("unable to set SSL cipher list to '\(ciphers)'.")
        }
        if let suites = options.ciphersuites, unsafe SSL_CTX_set_ciphersuites(context, suites) != 1
        {
            throw Mistake("unable to set TLS 1.3 cipher suites to '\(suites)'.")
        }
        if let curves = options.curves, unsafe tls_set_groups(context, curves) != 1 {
            throw Mistake("unable to set SSL curves list to '\(curves)'.")
        }
        if let algorithms = options.signatureAlgorithms,
            unsafe tls_set_signature_algorithms(context, algorithms) != 1
        {
            throw Mistake("unable to set SSL Signature Algorithm list to '\(algorithms)'.")
        }
    }

    private func applyVerification() throws(Mistake) {
        guard options.verification != .none else { return }
        var mode = SSL_VERIFY_PEER
        if options.verification == .required { mode |= SSL_VERIFY_FAIL_IF_NO_PEER_CERT }
        unsafe SSL_CTX_set_verify(context, mode, nil)
        guard let store = unsafe SSL_CTX_get_cert_store(context) else { return }
        for bundle in [options.authorities, options.silentAuthorities].compactMap(\.self) {
            guard !bundle.isEmpty else { throw Mistake("unable to load CA file '\(bundle.name)'.") }
            unsafe bundle.add(to: store)
        }
        if options.namesAuthorities { unsafe options.authorities?.announce(by: context) }
        guard let lists = options.revocations else { return }
        guard !lists.isEmpty else { throw Mistake("unable to configure CRL file '\(lists.name)'.") }
        unsafe lists.add(to: store)
        unsafe X509_STORE_set_flags(store, UInt(X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL))
    }

    /// What a context lets pass; its sessions may outlive the object that made it.
    static func ignored(by context: OpaquePointer?) -> TLSIgnored {
        guard let context = unsafe context,
            let found = unsafe SSL_CTX_get_ex_data(context, ignoredPlace)
        else { return TLSIgnored() }
        return unsafe found.loadUnaligned(as: TLSIgnored.self)
    }

    private static let ignoredPlace = tls_context_place()

    /// Lets the callback judge certificates by what the options let pass.
    private func judgeClients() {
        unsafe withUnsafeBytes(of: options.ignored) { bytes in
            unsafe tls_context_copy(context, Self.ignoredPlace, bytes.baseAddress, bytes.count)
        }
        unsafe SSL_CTX_set_verify(context, SSL_CTX_get_verify_mode(context)) { isGood, store in
            unsafe TLSSession.verify(isGood: isGood, store: store)
        }
    }

    /// Names for ALPN, each behind its length (RFC 7301 §3.1).
    private var protocolNames: [UInt8] {
        (options.protocols ?? []).flatMap { [UInt8(clamping: $0.utf8.count)] + Array($0.utf8) }
    }
}
