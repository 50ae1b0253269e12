import Model

/// A keyword of the boot file that is obeyed, with a line that uses it: the list behind the README's table.
package struct ConfigKeyword: Hashable, Sendable {
    /// Where it stands.
    package enum Place: String, CaseIterable, Sendable {
        case global
        case proxy = "`defaults` `frontend` `backend` `listen`"
        case frontend = "`frontend` `listen` only"
        case backend = "`backend` `listen` only, most of them also `defaults`"
        case option, timeout, stats, bind, server
    }

    package let place: Place
    package let name: String
    /// A whole line that makes use of it.
    package let example: String

    private static func rows(_ place: Place, _ lines: [String]) -> [ConfigKeyword] {
        lines.map { line in
            let words = line.split(separator: " ").map(String.init)
            let second = [.option, .timeout, .stats].contains(place)
            let name =
                place == .bind ? words[2] : place == .server ? words[3] : words[second ? 1 : 0]
            return ConfigKeyword(place: place, name: name, example: line)
        }
    }

    /// Every keyword, in the order of the table.
    package static let all =
        rows(.global, global) + rows(.proxy, proxy) + rows(.frontend, frontend)
        + rows(.backend, backend) + rows(.option, options.map { "option \($0)" })
        + rows(.timeout, timeouts.map { "timeout \($0) 5s" })
        + rows(.stats, stats.map { "stats \($0)" })
        + rows(.bind, bind.map { "bind :81 \($0)" })
        + rows(.server, servers)

    private static let global = [
        "chroot /var/empty", "cpu-map 1/1 0", "cpu-policy performance", "cpu-set only-cpu 0",
        "daemon", "description x", "gid 1", "group nogroup", "hard-stop-after 5s",
        "insecure-fork-wanted",
        "log 127.0.0.1 local0", "log-send-hostname", "log-tag x", "master-worker",
        "max-threads-per-group 8", "maxconn 100", "nbthread 2", "node x", "pidfile /run/x.pid",
        "presetenv A b", "quiet", "resetenv A", "set-var proc.x str(a)",
        "set-var-fmt proc.y a", "setenv A b", "state-file /run/x.state",
        "stats maxconn 5", "thread-groups 1", "tune.idle-pool.shared on", "uid 1", "unsetenv A",
        "user nobody", "zero-warning",
    ]
    private static let proxy = [
        "acl a path /x", "description x", "disabled", "enabled", "error-log-format %ci",
        "errorfile 503 /x.http",
        "errorfiles pages", "errorloc 503 /x", "errorloc302 503 /x", "errorloc303 503 /x",
        "http-after-response set-header a b",
        "http-error status 503 content-type text/plain string x",
        "http-request set-header a b", "http-response set-header a b", "id 50", "log global",
        "log-format %ci", "mode http", "no log", "redirect location /x if { path /y }",
        "tcp-request content accept", "tcp-response content accept",
        "unique-id-format %ci", "unique-id-header x",
    ]
    private static let frontend = [
        "bind :82", "capture request header a len 3", "declare capture request len 3",
        "default_backend l", "maxconn 5", "monitor fail if FALSE", "monitor-uri /m",
        "use_backend l if FALSE",
    ]
    private static let backend = [
        "balance roundrobin", "cookie C insert", "default-server check",
        "dynamic-cookie-key x", "force-persist if FALSE", "fullconn 5",
        "hash-balance-factor 150", "hash-preserve-affinity maxconn", "hash-type consistent",
        "http-check expect status 200", "http-reuse safe", "ignore-persist if FALSE", "retries 3",
        "retry-on conn-failure", "server s9 10.0.0.9:80", "tcp-check connect",
        "use-server s1 if FALSE",
    ]
    private static let options = [
        "abortonclose", "allbackups", "clitcpka", "dontlog-normal", "dontlognull", "forwardfor",
        "http-buffer-request", "http-keep-alive", "http-no-delay", "http-pretend-keepalive",
        "http-server-close", "httpchk", "httpclose", "httplog", "httpslog", "log-health-checks",
        "log-separate-errors", "logasap", "redispatch", "smtpchk", "splice-auto", "splice-request",
        "splice-response",
        "srvtcpka", "tcp-check", "tcp-smart-accept", "tcp-smart-connect", "tcpka", "tcplog",
    ]
    private static let timeouts = [
        "check", "client", "client-fin", "connect", "http-keep-alive", "http-request", "queue",
        "server", "server-fin", "tarpit", "tunnel",
    ]
    private static let stats = [
        "admin if TRUE", "auth a:b", "enable", "hide-version", "realm x", "refresh 5s",
        "show-legends", "show-node", "uri /s",
    ]
    private static let bind = ["accept-proxy", "backlog 5", "name x"]

    /// Attributes of servers that need no certificate.
    private static let plainAttributes: [ServerAttribute] = [
        .addr, .agentAddr, .agentCheck, .agentInter, .agentPort, .agentSend, .backup, .check,
        .cookie, .downinter, .errorLimit, .fall, .fastinter, .guid, .hashKey, .id, .initState,
        .inter, .maxconn, .maxqueue, .minconn, .observe, .onError, .onMarkedDown, .onMarkedUp,
        .poolLowConn, .poolMaxConn, .poolPurgeDelay, .port, .proto, .rise, .sendProxy,
        .sendProxyV2, .slowstart, .track, .weight,
    ]

    /// What `server` lines understand.
    private static let servers: [String] = plainAttributes.map { attribute in
        let value =
            switch attribute.form {
            case .flag: ""
            case .integer(let range): " \(range.lowerBound)"
            case .duration: " 5s"
            case .choice(let words): " \(words[0])"
            case .word: " \(word(of: attribute.keyword))"
            }
        let others = attribute == .agentCheck ? " agent-port 1" : ""
        return "server s8 10.0.0.8:80 \(attribute.keyword)\(value)\(others)"
    }.sorted()

    private static func word(of keyword: String) -> String {
        switch keyword {
        case "addr", "agent-addr": "10.0.0.7"
        case "proto": "h1"
        case "track": "s1"
        default: "x"
        }
    }

    /// The rows of a Markdown table, for the README.
    package static var markdownTable: String {
        let rows = Place.allCases.map { place in
            let names = Self.all.filter { $0.place == place }.map { "`\($0.name)`" }
            let title =
                switch place {
                case .proxy, .frontend, .backend: place.rawValue
                default: "`\(place.rawValue)`"
                }
            return "| \(title) | \(names.joined(separator: " ")) |\n"
        }
        return "| in | keywords |\n|---|---|\n" + rows.joined()
    }
}
