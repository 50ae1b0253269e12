/// One keyword of a `server` line that a dynamic server accepts (`add server help`, HAProxy 2.5 to 3.5).
///
/// The one table behind YAML keys, JSON Schema, documentation, the `add server` command and the digest:
/// a new keyword is one case here and the switches that the compiler then points at.
package enum ServerAttribute: String, Hashable, Sendable, Codable, CaseIterable {
    case addr, alpn, backup, check, ciphers, ciphersuites, cookie, crt, curves, downinter, fall
    case fastinter, guid, id, inter, maxconn, maxqueue, minconn, npn, observe, port, proto, rise
    case shard, slowstart, sni, source, ssl, tfo, track, usesrc, verify, verifyhost, weight, ws
    case agentAddr = "agent-addr"
    case agentCheck = "agent-check"
    case agentInter = "agent-inter"
    case agentPort = "agent-port"
    case agentSend = "agent-send"
    case caFile = "ca-file"
    case checkALPN = "check-alpn"
    case checkProto = "check-proto"
    case checkSendProxy = "check-send-proxy"
    case checkSNI = "check-sni"
    case checkSSL = "check-ssl"
    case crlFile = "crl-file"
    case errorLimit = "error-limit"
    case hashKey = "hash-key"
    case initState = "init-state"
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

    package var form: Form {
        switch self {
        case .agentCheck, .backup, .check, .checkSendProxy, .checkSSL, .sendProxy, .sendProxyV2,
            .sendProxyV2SSL, .sendProxyV2SSLCN, .ssl, .tfo:
            .flag
        case .weight: .integer(0...256)
        case .agentPort, .port: .integer(1...65_535)
        case .id: .integer(1...Int(Int32.max))
        case .errorLimit, .fall, .rise: .integer(1...Int(Int32.max))
        case .poolMaxConn: .integer(-1...Int(Int32.max))
        case .maxconn, .maxqueue, .minconn, .poolLowConn: .integer(0...Int(Int32.max))
        case .shard: .integer(0...Int(Int32.max))
        case .agentInter, .downinter, .fastinter, .inter, .poolPurgeDelay, .slowstart: .duration
        case .verify: .choice(["none", "required"])
        case .ws: .choice(["auto", "h1", "h2"])
        case .observe: .choice(["layer4", "layer7"])
        case .onError: .choice(["fastinter", "fail-check", "sudden-death", "mark-down"])
        case .onMarkedDown: .choice(["shutdown-sessions"])
        case .onMarkedUp: .choice(["shutdown-backup-sessions"])
        case .hashKey: .choice(["id", "addr", "addr-port"])
        case .initState: .choice(["fully-up", "up", "down", "fully-down"])
        case .sslMaxVer, .sslMinVer: .choice(["SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"])
        case .addr, .agentAddr, .agentSend, .alpn, .caFile, .checkALPN, .checkProto, .checkSNI,
            .ciphers,
            .ciphersuites, .cookie, .crlFile, .crt, .curves, .guid, .npn, .poolConnName, .proto,
            .proxyV2Options, .sni, .source, .track, .usesrc, .verifyhost:
            .word
        }
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

    package var mutability: Mutability {
        switch self {
        case .weight, .maxconn, .addr, .port, .agentAddr, .agentPort, .agentSend: .inPlace
        case .id, .guid: .identity
        default: .replace
        }
    }

    /// The first HAProxy whose `add server` takes the keyword (release tags 2.4 to 3.4).
    package var since: ProxyVersion {
        switch self {
        case .backup, .id, .maxconn, .maxqueue, .minconn, .poolLowConn, .poolMaxConn,
            .poolPurgeDelay,
            .proto, .proxyV2Options, .sendProxy, .sendProxyV2, .source, .tfo, .usesrc, .weight:
            ProxyVersion(2, 4)
        case .shard: ProxyVersion(2, 7)
        case .curves: ProxyVersion(2, 9)
        case .cookie, .guid, .hashKey, .poolConnName: ProxyVersion(3, 0)
        case .initState: ProxyVersion(3, 1)
        default: ProxyVersion(2, 5)
        }
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
