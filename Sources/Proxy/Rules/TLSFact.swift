/// What a fetch wants to know of TLS, and of whose.
package struct TLSFact: BitwiseCopyable, Sendable {
    /// Whose connection or certificate it is about.
    package enum Holder: UInt8, BitwiseCopyable, Sendable {
        /// The client's connection and certificate (`ssl_fc_…`, `ssl_c_…`).
        case client
        /// The certificate we show clients (`ssl_f_…`).
        case own
        /// The server's connection and certificate (`ssl_bc_…`, `ssl_s_…`).
        case server
    }

    /// What is asked.
    package enum Topic: UInt8, BitwiseCopyable, Sendable {
        // Of a connection.
        case isSpoken, serverName, hasServerName, version, cipher, negotiatedProtocol, isResumed
        case usedBits, algorithmBits, curve, sessionID, sessionKey, uniqueID
        case clientRandom, serverRandom, error, errorText, hasEarlyData
        case connectionError, connectionErrorText
        // Of the client's certificate when it was checked.
        case hasCertificate, certificateIsUsed, verification
        case certificateError, authorityError, authorityErrorDepth
        // Of a certificate.
        case digest, subject, issuer, der, chain, serial, notBefore, notAfter
        case keyAlgorithm, signatureAlgorithm, certificateVersion, rootSubject
    }

    package var holder = Holder.client
    package var topic = Topic.isSpoken

    package init() {}

    init(_ holder: Holder, _ topic: Topic) {
        self.holder = holder
        self.topic = topic
    }
}

extension FetchKeyword {
    /// Fetches of TLS.
    static let tls: [FetchKeyword] =
        clients
        + connection("f", .client) + connection("b", .server)
        + certificate("c", .client) + certificate("f", .own) + certificate("s", .server)
        + [
            chain("c", .client), chain("s", .server),
            FetchKeyword(
                "ssl_c_r_dn",
                TLSFact(.client, .rootSubject),
                .string,
                "the subject of the authority at the chain's end, or one entry of it",
                [.text, .integer, .text]
            ),
        ]

    private static func client(
        _ name: String,
        _ topic: TLSFact.Topic,
        _ kind: Sample.Kind,
        _ summary: String
    ) -> FetchKeyword {
        FetchKeyword(name, TLSFact(.client, topic), kind, summary)
    }

    private static let clients: [FetchKeyword] = [
        client("ssl_fc_sni", .serverName, .string, "the name the client asked for"),
        client("ssl_fc_has_sni", .hasServerName, .boolean, "the client asked for a name"),
        client("ssl_fc_has_crt", .hasCertificate, .boolean, "a certificate came now"),
        client("ssl_fc_has_early", .hasEarlyData, .boolean, "never: early data is refused"),
        client("ssl_c_used", .certificateIsUsed, .boolean, "the client has a certificate"),
        client("ssl_c_verify", .verification, .integer, "what was found wrong with it, or 0"),
        client("ssl_c_err", .certificateError, .integer, "its first error, ignored or not"),
        client("ssl_c_ca_err", .authorityError, .integer, "the first error of an authority"),
        client("ssl_c_ca_err_depth", .authorityErrorDepth, .integer, "where in the chain it is"),
    ]

    /// What is asked of both connections.
    private static func connection(_ letter: String, _ holder: TLSFact.Holder) -> [FetchKeyword] {
        let own: [(String, TLSFact.Topic, Sample.Kind, String)] = [
            ("", .isSpoken, .boolean, "it speaks TLS"),
            ("_protocol", .version, .string, "the version of TLS"),
            ("_cipher", .cipher, .string, "the cipher"),
            ("_alpn", .negotiatedProtocol, .string, "the protocol agreed on by ALPN"),
            ("_is_resumed", .isResumed, .boolean, "an earlier session goes on"),
            ("_use_keysize", .usedBits, .integer, "secret bits of the cipher"),
            ("_alg_keysize", .algorithmBits, .integer, "bits of the cipher"),
            ("_curve", .curve, .string, "the curve of the key exchange"),
            ("_session_id", .sessionID, .binary, "the session's identifier"),
            ("_session_key", .sessionKey, .binary, "the session's master secret"),
            ("_unique_id", .uniqueID, .binary, "the handshake's Finished message"),
            ("_client_random", .clientRandom, .binary, "the client's random number"),
            ("_server_random", .serverRandom, .binary, "the server's random number"),
            ("_err", .error, .integer, "OpenSSL's code for what went wrong, or 0"),
            ("_err_str", .errorText, .string, "the same in words"),
        ]
        return own.map { FetchKeyword("ssl_\(letter)c\($0)", TLSFact(holder, $1), $2, $3) } + [
            FetchKeyword(
                "\(letter)c_err",
                TLSFact(holder, .connectionError),
                .integer,
                "why the connection failed, or 0"
            ),
            FetchKeyword(
                "\(letter)c_err_str",
                TLSFact(holder, .connectionErrorText),
                .string,
                "the same in words"
            ),
        ]
    }

    /// What is asked of each of the three certificates.
    private static func certificate(_ letter: String, _ holder: TLSFact.Holder) -> [FetchKeyword] {
        let own: [(String, TLSFact.Topic, Sample.Kind, String)] = [
            ("sha1", .digest, .binary, "SHA-1 of the certificate"),
            ("der", .der, .binary, "the certificate in DER"),
            ("serial", .serial, .binary, "the serial number"),
            ("notbefore", .notBefore, .string, "from when it is good: YYMMDDhhmmssZ"),
            ("notafter", .notAfter, .string, "until when it is good"),
            ("key_alg", .keyAlgorithm, .string, "the kind of its key"),
            ("sig_alg", .signatureAlgorithm, .string, "how it is signed"),
            ("version", .certificateVersion, .integer, "the version of its format"),
        ]
        let names: [(String, TLSFact.Topic, String)] = [
            ("s_dn", .subject, "the subject, or one entry of it"),
            ("i_dn", .issuer, "the issuer, or one entry of it"),
        ]
        return own.map { FetchKeyword("ssl_\(letter)_\($0)", TLSFact(holder, $1), $2, $3) }
            + names.map {
                FetchKeyword(
                    "ssl_\(letter)_\($0)",
                    TLSFact(holder, $1),
                    .string,
                    $2,
                    [.text, .integer, .text]
                )
            }
    }

    private static func chain(_ letter: String, _ holder: TLSFact.Holder) -> FetchKeyword {
        FetchKeyword(
            "ssl_\(letter)_chain_der",
            TLSFact(holder, .chain),
            .binary,
            "the chain that came with it in DER"
        )
    }
}
