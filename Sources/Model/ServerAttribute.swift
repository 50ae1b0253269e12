/// One keyword of a `server` line that a dynamic server accepts (`add server help`, HAProxy 2.5 to 3.4).
///
/// The one table behind YAML keys, JSON Schema, documentation, the `add server` command and the digest:
/// a new keyword is one case here and its row in `ServerAttribute+Table.swift`. The order of the cases is
/// that of the command and of the digest: a new case may stand anywhere, but none may move. Left out are
/// the negations (`no-backup`, `no-send-proxy`, …: a flag that is `false` says the same), `disabled`
/// (`state: maint`), `tls-tickets` (the default) and `set-proxy-v2-tlv-fmt`, whose keyword carries a value.
package enum ServerAttribute: String, Hashable, Sendable, Codable, CaseIterable {
    case addr, alpn, backup, check, ciphers, ciphersuites, cookie, crt, curves, downinter, fall
    case fastinter, guid, healthcheck, id, inter, ktls, maxconn, maxqueue, minconn, npn, observe
    case port, proto, renegotiate, rise, shard, sigalgs, slowstart, sni, source, usesrc, ssl
    case tfo, track, verify, verifyhost, weight, ws
    case agentAddr = "agent-addr"
    case agentCheck = "agent-check"
    case agentInter = "agent-inter"
    case agentPort = "agent-port"
    case agentSend = "agent-send"
    case allow0RTT = "allow-0rtt"
    case caFile = "ca-file"
    case checkALPN = "check-alpn"
    case checkPoolConnName = "check-pool-conn-name"
    case checkProto = "check-proto"
    case checkReusePool = "check-reuse-pool"
    case checkSendProxy = "check-send-proxy"
    case checkSNI = "check-sni"
    case checkSSL = "check-ssl"
    case checkViaSOCKS4 = "check-via-socks4"
    case clientSigalgs = "client-sigalgs"
    case crlFile = "crl-file"
    case errorLimit = "error-limit"
    case forceSSLv3 = "force-sslv3"
    case forceTLSv10 = "force-tlsv10"
    case forceTLSv11 = "force-tlsv11"
    case forceTLSv12 = "force-tlsv12"
    case forceTLSv13 = "force-tlsv13"
    case hashKey = "hash-key"
    case idlePing = "idle-ping"
    case initState = "init-state"
    case noCheckSNIAuto = "no-check-sni-auto"
    case noRenegotiate = "no-renegotiate"
    case noSNIAuto = "no-sni-auto"
    case noSSLReuse = "no-ssl-reuse"
    case noSSLv3 = "no-sslv3"
    case noTLSTickets = "no-tls-tickets"
    case noTLSv10 = "no-tlsv10"
    case noTLSv11 = "no-tlsv11"
    case noTLSv12 = "no-tlsv12"
    case noTLSv13 = "no-tlsv13"
    case onError = "on-error"
    case onMarkedDown = "on-marked-down"
    case onMarkedUp = "on-marked-up"
    case poolConnName = "pool-conn-name"
    case poolLowConn = "pool-low-conn"
    case poolMaxConn = "pool-max-conn"
    case poolPurgeDelay = "pool-purge-delay"
    case proxyV2Options = "proxy-v2-options"
    case sendProxy = "send-proxy"
    case sendProxyV2 = "send-proxy-v2"
    case sendProxyV2SSL = "send-proxy-v2-ssl"
    case sendProxyV2SSLCN = "send-proxy-v2-ssl-cn"
    case sslMaxVer = "ssl-max-ver"
    case sslMinVer = "ssl-min-ver"
    case strictMaxconn = "strict-maxconn"

    /// The keyword as HAProxy spells it.
    package var keyword: String { rawValue }

    /// What a value of this keyword looks like.
    package enum Form: Hashable, Sendable {
        /// Stands alone: present or absent.
        case flag
        case integer(ClosedRange<Int>)
        case duration
        case choice([String])
        /// One word without white space, control characters or `;`.
        case word
    }

    /// How a difference in this attribute reaches a server that exists.
    package enum Mutability: Hashable, Sendable {
        /// A `set` command changes it on the living server.
        case inPlace
        /// Part of who the server is; never compared as an attribute.
        case identity
        /// Only deleting and adding the server changes it.
        case replace
    }
}

/// The value of one attribute in its only canonical form, so that `2000`, `2s` and `2000ms` are equal.
package enum AttributeValue: Hashable, Sendable, CustomStringConvertible {
    case flag
    case integer(Int)
    case duration(Milliseconds)
    case word(String)

    /// Reads a keyword's argument; nil when it does not fit the keyword's form.
    package init?(_ text: String, for attribute: ServerAttribute) {
        switch attribute.form {
        case .flag:
            guard text.isEmpty else { return nil }
            self = .flag
        case .integer(let range):
            guard let number = Int(text), range.contains(number) else { return nil }
            self = .integer(number)
        case .duration:
            guard let duration = Milliseconds(parsing: text) else { return nil }
            self = .duration(duration)
        case .choice(let words):
            guard words.contains(text) else { return nil }
            self = .word(text)
        case .word:
            let isPlain = text.unicodeScalars.allSatisfy {
                $0.value > 32 && $0.value != 127 && $0 != ";"
            }
            guard !text.isEmpty, isPlain else { return nil }
            self = .word(text)
        }
    }

    /// The argument as `add server` takes it; empty for a flag.
    package var description: String {
        switch self {
        case .flag: ""
        case .integer(let number): String(number)
        case .duration(let duration): duration.description
        case .word(let text): text
        }
    }
}
