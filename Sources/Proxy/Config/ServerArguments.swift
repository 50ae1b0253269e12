import Model

/// The keywords after a server's address, for `server` lines and `add server` alike.
struct ServerArguments {
    /// What was given; `default-server` values already lie underneath.
    var attributes = ServerAttributes()
    var isDisabled = false

    /// What this proxy carries out; every other keyword is refused, never ignored.
    ///
    /// `cookie` is among them because it means nothing in a backend without persistence, which is all we have.
    static let supported: Set<ServerAttribute> = [
        .addr, .alpn, .caFile, .checkSNI, .checkSSL, .ciphers, .ciphersuites, .crlFile, .crt,
        .curves, .forceTLSv10, .forceTLSv11, .forceTLSv12, .forceTLSv13, .noSSLReuse, .noSSLv3,
        .noTLSTickets, .noTLSv10, .noTLSv11, .noTLSv12, .noTLSv13, .sigalgs, .sni, .ssl,
        .sslMaxVer, .sslMinVer, .verify, .verifyhost,
        .agentAddr, .agentCheck, .agentInter, .agentPort, .agentSend, .backup, .check,
        .cookie, .downinter, .errorLimit, .fall, .fastinter, .guid, .hashKey, .id,
        .initState,
        .inter, .maxconn, .maxqueue, .minconn, .observe, .onError, .onMarkedDown, .onMarkedUp,
        .poolLowConn,
        .poolMaxConn,
        .poolPurgeDelay, .port, .proto, .rise, .sendProxy, .sendProxyV2, .slowstart, .track,
        .weight,
    ]

    /// Keywords of boot files that `add server` refuses (HAProxy 3.0), with whether they take an argument.
    private static let staticOnly: Set<String> = [
        "init-addr", "log-proto", "max-reuse", "namespace", "no-agent-check", "no-check",
        "no-check-send-proxy",
        "no-check-ssl", "no-ssl", "non-stick", "redir", "resolve-net", "resolve-opts",
        "resolve-prefer",
        "resolvers", "socks4", "ssl-reuse", "stick", "tcp-ut", "enabled",
    ]

    init() {}

    /// Reads keywords in order; answers the first mistake in HAProxy 3.0's words, or nil.
    mutating func read(_ words: [String], server name: String, isDynamic: Bool) -> String? {
        var index = 0
        while index < words.count {
            let keyword = words[index]
            index += 1
            if isDynamic, Self.staticOnly.contains(keyword) {
                return "'\(keyword)' option is not accepted for dynamic server"
            }
            if readSwitch(keyword, isDynamic: isDynamic) { continue }
            guard let attribute = ServerAttribute(rawValue: keyword) else {
                return "unknown keyword '\(keyword)'."
            }
            guard Self.supported.contains(attribute) else {
                return "'\(keyword)' option is not supported by apus-proxy."
            }
            var text = ""
            if attribute.form != .flag {
                guard index < words.count else { return "'\(keyword)' expects an argument." }
                text = words[index]
                index += 1
            }
            if attribute == .observe, text == "none" {
                attributes[.observe] = nil
                continue
            }
            guard let value = AttributeValue(text, for: attribute) else {
                return Self.complaint(about: attribute, text: text, server: name)
            }
            if let mistake = Self.limit(attribute, value, server: name) { return mistake }
            attributes[attribute] = value
        }
        return nil
    }

    /// What is missing once all keywords are read, `default-server`'s included.
    func omission(server name: String) -> String? {
        if attributes[.track] != nil, attributes.isChecked || attributes[.agentCheck] != nil {
            return "unable to enable checks and tracking at the same time!"
        }
        guard attributes[.agentCheck] != nil, attributes[.agentPort] == nil else { return nil }
        return "server \(name) does not have agent port."
    }

    /// Keywords that are no attributes of a running server, or undo one.
    private mutating func readSwitch(_ keyword: String, isDynamic: Bool) -> Bool {
        switch keyword {
        case "disabled": isDisabled = true
        case "enabled": isDisabled = false
        case "no-backup": attributes[.backup] = nil
        case "no-ssl" where !isDynamic: attributes[.ssl] = nil
        case "no-check-ssl" where !isDynamic: attributes[.checkSSL] = nil
        // Sessions are not resumed yet, which servers cannot tell from a first visit.
        case "ssl-reuse" where !isDynamic: break
        case "no-check" where !isDynamic: attributes[.check] = nil
        case "no-agent-check" where !isDynamic: attributes[.agentCheck] = nil
        default: return false
        }
        return true
    }

    /// HAProxy's words down to the second dot that some of them end in.
    private static func complaint(about attribute: ServerAttribute, text: String, server: String)
        -> String
    {
        switch attribute {
        case .weight: return "weight of server \(server) is not within 0 and 256 (\(text)).."
        case .id: return "'id' : custom id has to be > 0."
        case .errorLimit: return "error-limit has to be > 0.."
        case .track: return "'track' expects [<proxy>/]<server> as argument.."
        case .observe:
            return "'observe' expects one of 'none', 'layer4', 'layer7' but got '\(text)'."
        case .onError:
            return
                "'on-error' expects one of 'fastinter', 'fail-check', 'sudden-death' or 'mark-down' but got '\(text)'."
        case .rise, .fall: return "'\(attribute.keyword)' has to be > 0.."
        default: break
        }
        if attribute.form == .duration {
            let digits = text.drop { $0.isNumber }
            return
                "unexpected character '\(digits.first ?? "?")' in '\(attribute.keyword)' argument of server \(server).."
        }
        return "'\(attribute.keyword)' : invalid value '\(text)'."
    }

    /// Values that the keyword's form allows but HAProxy, or this proxy, does not.
    private static func limit(_ attribute: ServerAttribute, _ value: AttributeValue, server: String)
        -> String?
    {
        switch (attribute, value) {
        case (.inter, .duration(let time)), (.fastinter, .duration(let time)),
            (.downinter, .duration(let time)):
            time.count > 0
                ? nil : "invalid value 0 for argument '\(attribute.keyword)' of server \(server).."
        case (.proto, .word(let name)):
            name == "h1" ? nil : "'proto' : only 'h1' is supported by apus-proxy, not '\(name)'."
        case (.hashKey, .word(let key)):
            ["id", "addr", "addr-port"].contains(key)
                ? nil : "'hash-key' : '\(key)' is not supported by apus-proxy."
        case (.addr, .word(let address)), (.agentAddr, .word(let address)):
            (IPText.endpoint(address) ?? Endpoint(address)) == nil
                ? "'\(attribute.keyword)' : '\(address)' is not an IP address." : nil
        default: nil
        }
    }
}
