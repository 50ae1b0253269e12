extension ServerAttribute {
    /// What the table says of one keyword.
    package struct Row: Hashable, Sendable {
        package let form: Form
        package let mutability: Mutability
        /// The first HAProxy whose `add server` takes the keyword (release tags 2.4 to 3.4).
        package let since: ProxyVersion
        /// One line for people, in Markdown.
        package let summary: String

        fileprivate init(
            _ form: Form,
            _ mutability: Mutability,
            _ since: (Int, Int),
            _ summary: String
        ) {
            self.form = form
            self.mutability = mutability
            self.since = ProxyVersion(since.0, since.1)
            self.summary = summary
        }
    }

    /// What a value of this keyword looks like.
    package var form: Form { row.form }

    /// How a difference reaches a server that exists.
    package var mutability: Mutability { row.mutability }

    /// The first HAProxy whose `add server` takes the keyword.
    package var since: ProxyVersion { row.since }

    /// One line for people, in Markdown.
    package var summary: String { row.summary }

    private var row: Row { Self.rows[rank] }

    private static let tlsVersions = ["SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
    private static let hashKeys = ["id", "id32", "addr", "addr-port", "guid"]
    private static let count = 0...Int(Int32.max)
    private static let positive = 1...Int(Int32.max)
    private static let ports = 1...65_535

    /// By rank; a case without a row is found by the first look at the table.
    private static let rows = allCases.map { attribute in
        guard let row = traffic[attribute] ?? health[attribute] ?? tls[attribute] else {
            preconditionFailure("\(attribute.keyword) has no row in the table of attributes")
        }
        return row
    }

    private static let ranks = Dictionary(
        uniqueKeysWithValues: allCases.enumerated().map { ($0.element, $0.offset) }
    )

    /// The place of the case in `allCases`.
    var rank: Int { Self.ranks[self] ?? 0 }

    private static let traffic: [ServerAttribute: Row] = [
        .backup: Row(.flag, .replace, (2, 4), "Gets traffic only when every other server is down."),
        .cookie: Row(
            .word,
            .replace,
            (3, 0),
            "Value that persistence cookies name this server by."
        ),
        .guid: Row(.word, .identity, (3, 0), "Apus's own mark of the server; not to be written."),
        .hashKey: Row(
            .choice(Self.hashKeys),
            .replace,
            (3, 0),
            "What a consistent hash places the server by; default `id`."
        ),
        .id: Row(
            .integer(Self.positive),
            .identity,
            (2, 4),
            "The numeric id; default derived from the names, so that all proxies agree."
        ),
        .idlePing: Row(.duration, .replace, (3, 2), "Idle connections are pinged after this time."),
        .maxconn: Row(
            .integer(Self.count),
            .inPlace,
            (2, 4),
            "Connections at once; more wait in the queue. 0, the default, is no limit."
        ),
        .maxqueue: Row(
            .integer(Self.count),
            .replace,
            (2, 4),
            "Requests that may wait for this server; 0, the default, is no limit."
        ),
        .minconn: Row(
            .integer(Self.count),
            .replace,
            (2, 4),
            "`maxconn` while the backend is idle; it grows with its load."
        ),
        .poolConnName: Row(
            .word,
            .replace,
            (3, 0),
            "Name under which idle connections are shared."
        ),
        .poolLowConn: Row(
            .integer(Self.count),
            .replace,
            (2, 4),
            "Idle connections a thread keeps to itself."
        ),
        .poolMaxConn: Row(
            .integer(-1...Int(Int32.max)),
            .replace,
            (2, 4),
            "Idle connections kept; -1, the default, is no limit."
        ),
        .poolPurgeDelay: Row(
            .duration,
            .replace,
            (2, 4),
            "Time between two purges of idle connections; default 5s."
        ),
        .proto: Row(.word, .replace, (2, 4), "Multiplexer of traffic, such as `h2`."),
        .proxyV2Options: Row(
            .word,
            .replace,
            (2, 4),
            "What a PROXY protocol v2 header carries, such as `ssl,unique-id`."
        ),
        .sendProxy: Row(
            .flag,
            .replace,
            (2, 4),
            "Connections begin with a PROXY protocol header, version 1."
        ),
        .sendProxyV2: Row(
            .flag,
            .replace,
            (2, 4),
            "Connections begin with a PROXY protocol header, version 2."
        ),
        .sendProxyV2SSL: Row(.flag, .replace, (2, 5), "As `send-proxy-v2`, with what TLS told."),
        .sendProxyV2SSLCN: Row(
            .flag,
            .replace,
            (2, 5),
            "As `send-proxy-v2-ssl`, with the client certificate's name."
        ),
        .shard: Row(
            .integer(Self.count),
            .replace,
            (2, 7),
            "The shard of peers that the server belongs to."
        ),
        .source: Row(.word, .replace, (2, 4), "Address that connections come from."),
        .usesrc: Row(
            .word,
            .replace,
            (2, 4),
            "Whose address `source` takes, such as `clientip`; needs `source`."
        ),
        .strictMaxconn: Row(.flag, .replace, (3, 2), "`maxconn` counts connections, not requests."),
        .tfo: Row(.flag, .replace, (2, 4), "TCP Fast Open towards the server."),
        .weight: Row(
            .integer(0...256),
            .inPlace,
            (2, 4),
            "Share of traffic against the other servers; 0 gets none. Default 1."
        ),
        .ws: Row(
            .choice(["auto", "h1", "h2"]),
            .replace,
            (2, 5),
            "HTTP version of WebSocket connections."
        ),
    ]

    private static let health: [ServerAttribute: Row] = [
        .addr: Row(
            .word,
            .inPlace,
            (2, 5),
            "Address that checks go to, when it is not the server's own."
        ),
        .agentAddr: Row(.word, .inPlace, (2, 5), "Address of the agent; default the server's own."),
        .agentCheck: Row(
            .flag,
            .replace,
            (2, 5),
            "Asks an agent on the server for its weight and state; needs `agent-port`."
        ),
        .agentInter: Row(
            .duration,
            .replace,
            (2, 5),
            "Time between two agent checks; default `inter`."
        ),
        .agentPort: Row(.integer(Self.ports), .inPlace, (2, 5), "Port of the agent."),
        .agentSend: Row(
            .word,
            // It can be set, and nobody can see what it is.
            .replace,
            (2, 5),
            "What is sent to the agent when the connection is open."
        ),
        .check: Row(.flag, .replace, (2, 5), "Checks the server's health."),
        .checkALPN: Row(.word, .replace, (2, 5), "Protocols that checks offer with ALPN."),
        .checkPoolConnName: Row(
            .word,
            .replace,
            (3, 2),
            "Name under which checks share an idle connection."
        ),
        .checkProto: Row(.word, .replace, (2, 5), "Multiplexer of checks, such as `h2`."),
        .checkReusePool: Row(
            .flag,
            .replace,
            (3, 2),
            "Checks use an idle connection if there is one."
        ),
        .checkSendProxy: Row(.flag, .replace, (2, 5), "Checks begin with a PROXY protocol header."),
        .checkSNI: Row(.word, .replace, (2, 5), "Server name that checks send in TLS."),
        .checkSSL: Row(.flag, .replace, (2, 5), "Checks speak TLS whether or not traffic does."),
        .checkViaSOCKS4: Row(.flag, .replace, (2, 5), "Checks go through the SOCKS4 proxy too."),
        .downinter: Row(
            .duration,
            .replace,
            (2, 5),
            "Time between two checks while the server is down; default `inter`."
        ),
        .errorLimit: Row(
            .integer(Self.positive),
            .replace,
            (2, 5),
            "Errors in traffic after which `on-error` acts; needs `observe`."
        ),
        .fall: Row(
            .integer(Self.positive),
            .replace,
            (2, 5),
            "Failed checks after which the server is down; default 3."
        ),
        .fastinter: Row(
            .duration,
            .replace,
            (2, 5),
            "Time between two checks while the server changes; default `inter`."
        ),
        .healthcheck: Row(.word, .replace, (3, 4), "The `healthcheck` section that checks follow."),
        .initState: Row(
            .choice(["fully-up", "up", "down", "fully-down"]),
            .replace,
            (3, 1),
            "State that checks begin from."
        ),
        .inter: Row(.duration, .replace, (2, 5), "Time between two checks; default 2s."),
        .noCheckSNIAuto: Row(
            .flag,
            .replace,
            (3, 4),
            "Checks do not take the server name from elsewhere."
        ),
        .observe: Row(
            .choice(["layer4", "layer7"]),
            .replace,
            (2, 5),
            "Counts errors in traffic as checks do."
        ),
        .onError: Row(
            .choice(["fastinter", "fail-check", "sudden-death", "mark-down"]),
            .replace,
            (2, 5),
            "What `error-limit` errors lead to."
        ),
        .onMarkedDown: Row(
            .choice(["shutdown-sessions"]),
            .replace,
            (2, 5),
            "What happens when the server goes down."
        ),
        .onMarkedUp: Row(
            .choice(["shutdown-backup-sessions"]),
            .replace,
            (2, 5),
            "What happens when the server comes up."
        ),
        .port: Row(
            .integer(Self.ports),
            .inPlace,
            (2, 5),
            "Port that checks go to, when it is not the server's own."
        ),
        .rise: Row(
            .integer(Self.positive),
            .replace,
            (2, 5),
            "Passed checks after which the server is up; default 2."
        ),
        .slowstart: Row(
            .duration,
            .replace,
            (2, 5),
            "Time over which a server that came up reaches its weight."
        ),
        .track: Row(
            .word,
            .replace,
            (2, 5),
            "Takes its state from a server of the boot file, `backend/server`."
        ),
    ]

    private static let tls: [ServerAttribute: Row] = [
        .allow0RTT: Row(.flag, .replace, (2, 5), "Sends early data of TLS 1.3 to the server."),
        .alpn: Row(.word, .replace, (2, 5), "Protocols offered with ALPN, such as `h2,http/1.1`."),
        .caFile: Row(
            .word,
            .replace,
            (2, 5),
            "CA certificates that `verify required` checks against; loaded at boot."
        ),
        .ciphers: Row(.word, .replace, (2, 5), "TLS 1.2 cipher suites, in OpenSSL's notation."),
        .ciphersuites: Row(
            .word,
            .replace,
            (2, 5),
            "TLS 1.3 cipher suites, in OpenSSL's notation."
        ),
        .clientSigalgs: Row(
            .word,
            .replace,
            (2, 9),
            "Signature algorithms of client certificates."
        ),
        .crlFile: Row(
            .word,
            .replace,
            (2, 5),
            "Revoked certificates that `verify required` refuses; loaded at boot."
        ),
        .crt: Row(.word, .replace, (2, 5), "Client certificate; it must be known to the proxy."),
        .curves: Row(.word, .replace, (2, 9), "Elliptic curves or groups, in OpenSSL's notation."),
        .forceSSLv3: Row(
            .flag,
            .replace,
            (2, 5),
            "Speaks SSLv3 only; prefer `ssl-min-ver` and `ssl-max-ver`."
        ),
        .forceTLSv10: Row(
            .flag,
            .replace,
            (2, 5),
            "Speaks TLS 1.0 only; prefer `ssl-min-ver` and `ssl-max-ver`."
        ),
        .forceTLSv11: Row(
            .flag,
            .replace,
            (2, 5),
            "Speaks TLS 1.1 only; prefer `ssl-min-ver` and `ssl-max-ver`."
        ),
        .forceTLSv12: Row(
            .flag,
            .replace,
            (2, 5),
            "Speaks TLS 1.2 only; prefer `ssl-min-ver` and `ssl-max-ver`."
        ),
        .forceTLSv13: Row(
            .flag,
            .replace,
            (2, 5),
            "Speaks TLS 1.3 only; prefer `ssl-min-ver` and `ssl-max-ver`."
        ),
        .ktls: Row(.choice(["on", "off"]), .replace, (3, 3), "Whether the kernel encrypts."),
        .noRenegotiate: Row(.flag, .replace, (3, 3), "Refuses TLS renegotiation."),
        .noSNIAuto: Row(.flag, .replace, (3, 4), "Does not take the server name from the request."),
        .noSSLReuse: Row(.flag, .replace, (2, 5), "Every connection makes a whole TLS handshake."),
        .noSSLv3: Row(.flag, .replace, (2, 5), "Never speaks SSLv3; prefer `ssl-min-ver`."),
        .noTLSTickets: Row(.flag, .replace, (2, 5), "Does not resume TLS sessions by tickets."),
        .noTLSv10: Row(.flag, .replace, (2, 5), "Never speaks TLS 1.0; prefer `ssl-min-ver`."),
        .noTLSv11: Row(.flag, .replace, (2, 5), "Never speaks TLS 1.1; prefer `ssl-min-ver`."),
        .noTLSv12: Row(.flag, .replace, (2, 5), "Never speaks TLS 1.2; prefer `ssl-max-ver`."),
        .noTLSv13: Row(.flag, .replace, (2, 5), "Never speaks TLS 1.3; prefer `ssl-max-ver`."),
        .npn: Row(.word, .replace, (2, 5), "Protocols offered with NPN, which ALPN replaced."),
        .renegotiate: Row(.flag, .replace, (3, 3), "Allows TLS renegotiation."),
        .sigalgs: Row(.word, .replace, (2, 9), "Signature algorithms, in OpenSSL's notation."),
        .sni: Row(
            .word,
            .replace,
            (2, 5),
            "Expression for the server name in TLS, such as `req.hdr(host)` or `str(app.example)`."
        ),
        .ssl: Row(.flag, .replace, (2, 5), "Speaks TLS to the server."),
        .sslMaxVer: Row(.choice(Self.tlsVersions), .replace, (2, 5), "The newest version of TLS."),
        .sslMinVer: Row(.choice(Self.tlsVersions), .replace, (2, 5), "The oldest version of TLS."),
        .verify: Row(
            .choice(["none", "required"]),
            .replace,
            (2, 5),
            "Whether the server's certificate is checked."
        ),
        .verifyhost: Row(.word, .replace, (2, 5), "Name that the server's certificate must carry."),
    ]
}
