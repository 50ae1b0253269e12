import BootConfig
import Model

extension ConfigParser {
    /// Obeys the lines of one proxy section or of its defaults.
    mutating func apply(_ lines: [BootLine], to draft: inout ProxyDraft) {
        for line in lines {
            guard isAllowed(line, in: draft.kind) else { continue }
            apply(line, to: &draft)
        }
    }

    private mutating func apply(_ line: BootLine, to draft: inout ProxyDraft) {
        if applyRule(line, to: &draft) { return }
        switch line.keyword {
        case "mode": parse(mode: line, into: &draft)
        case "timeout": parse(timeout: line, into: &draft)
        case "option": parse(option: line, isOn: true, into: &draft)
        case "no" where line.words.count > 2 && line.words[1] == "option":
            parse(
                option: BootLine(words: Array(line.arguments), origin: line.origin),
                isOn: false,
                into: &draft
            )
        case "maxconn": draft.maxconn = integer(line, 1...10_000_000)
        case "retries": draft.backend.retries = integer(line, 0...100) ?? 3
        case "disabled", "enabled":
            draft.frontend.isDisabled = line.keyword == "disabled"
            draft.backend.isDisabled = line.keyword == "disabled"
        case "description": break
        case "no" where line.words == ["no", "log"]: draft.log.targets = []
        case "log": parse(log: line, into: &draft.log.targets, isGlobal: false)
        case "fullconn": draft.options.fullconn = Int32(integer(line, 1...Int(Int32.max)) ?? 0)
        case "retry-on": parse(retryOn: line, into: &draft)
        case "cookie": parse(cookie: line, into: &draft)
        case "dynamic-cookie-key":
            guard line.words.count == 2 else {
                return report("'dynamic-cookie-key' expects <key> as argument.", at: line.origin)
            }
            draft.backend.dynamicCookieKey = line.words[1]
        case "id": parse(id: line, into: &draft)
        case "bind": parse(bind: line, into: &draft)
        case "stats": parse(page: line, into: &draft)
        case "default_backend":
            guard line.words.count == 2 else {
                return report("'default_backend' expects the name of one backend.", at: line.origin)
            }
            draft.defaultBackend = .init(text: line.words[1], origin: line.origin)
        case "monitor-uri":
            guard line.words.count == 2 else {
                return report("'monitor-uri' expects an URI.", at: line.origin)
            }
            draft.frontend.monitorURI = line.words[1]
        case "balance": parse(balance: line, into: &draft)
        case "hash-type": parse(hashType: line, into: &draft)
        case "hash-balance-factor", "hash-preserve-affinity":
            parse(hashLimit: line, into: &draft)
        case "http-check", "tcp-check": parse(check: line, into: &draft)
        case "http-reuse": parse(reuse: line, into: &draft)
        case "default-server": parse(defaultServer: line, into: &draft)
        case "server": parse(server: line, into: &draft)
        default:
            report(
                "unknown or unsupported keyword '\(line.keyword)' in '\(draft.kind.rawValue)' section; "
                    + "apus-proxy refuses what it cannot do.",
                at: line.origin
            )
        }
    }

    /// Keywords at home in one half only; the other half's sections refuse them, as HAProxy's do in part.
    private mutating func isAllowed(_ line: BootLine, in kind: BootSection.Kind) -> Bool {
        let front: Set = [
            "bind", "use_backend", "default_backend", "monitor-uri", "monitor", "maxconn",
            "capture",
            "declare", "unique-id-format", "unique-id-header",
        ]
        let back: Set = [
            "server", "default-server", "balance", "hash-type", "hash-balance-factor",
            "hash-preserve-affinity", "http-check", "tcp-check", "retries", "fullconn",
            "http-reuse", "retry-on", "cookie", "dynamic-cookie-key", "use-server",
            "force-persist", "ignore-persist",
        ]
        let isMisplaced =
            switch kind {
            case .frontend: back.contains(line.keyword)
            case .backend: front.contains(line.keyword)
            case .defaults:
                [
                    "bind", "use_backend", "monitor", "server", "id", "capture", "declare",
                    "use-server", "force-persist", "ignore-persist",
                ].contains(line.keyword)
            default: false
            }
        if isMisplaced {
            report("'\(line.keyword)' not allowed in '\(kind.rawValue)' section.", at: line.origin)
        }
        return !isMisplaced
    }

    private mutating func parse(mode line: BootLine, into draft: inout ProxyDraft) {
        draft.hasMode = true
        guard line.words.count == 2, ["http", "tcp"].contains(line.words[1]) else {
            return report(
                "'mode' : only 'http' and 'tcp' are supported by apus-proxy.",
                at: line.origin
            )
        }
        draft.options.isTCP = line.words[1] == "tcp"
    }

    private mutating func parse(id line: BootLine, into draft: inout ProxyDraft) {
        guard let id = integer(line, 1...Int(Int32.max)) else { return }
        draft.frontend.id = id
        draft.backend.id = id
    }

    private mutating func parse(timeout line: BootLine, into draft: inout ProxyDraft) {
        guard line.words.count == 3 else {
            return report("'timeout' expects a name and a duration.", at: line.origin)
        }
        guard let time = duration(line, at: 2) else { return }
        let count = UInt32(time.count)
        switch line.words[1] {
        case "client": draft.timeouts.client = count
        case "server": draft.timeouts.server = count
        case "connect": draft.timeouts.connect = count
        case "queue": draft.timeouts.queue = count
        case "http-request": draft.timeouts.httpRequest = count
        case "http-keep-alive": draft.timeouts.httpKeepAlive = count
        case "tunnel": draft.timeouts.tunnel = count
        case "tarpit": draft.timeouts.tarpit = count
        case "client-fin": draft.timeouts.clientFin = count
        case "server-fin": draft.timeouts.serverFin = count
        case "check": draft.backend.check.timeout = time
        default:
            report(
                "'timeout' : '\(line.words[1])' is not supported by apus-proxy.",
                at: line.origin
            )
        }
    }

    private mutating func parse(option line: BootLine, isOn: Bool, into draft: inout ProxyDraft) {
        guard line.words.count >= 2 else {
            return report("'option' expects an option name.", at: line.origin)
        }
        let extra = line.words.count > 2
        switch line.words[1] {
        case "forwardfor": parse(forwardfor: line, isOn: isOn, into: &draft)
        case "httpchk": parse(httpchk: line, isOn: isOn, into: &draft)
        case "smtpchk": parse(smtpchk: line, isOn: isOn, into: &draft)
        case "tcp-check" where !extra: draft.check.kind = isOn ? .tcp : .connection
        case "redispatch": parse(redispatch: line, isOn: isOn, into: &draft)
        case "allbackups" where !extra: draft.backend.usesAllBackups = isOn
        case "httplog", "httpslog", "tcplog", "dontlog-normal", "log-separate-errors",
            "dontlognull", "logasap":
            if !apply(logOption: line, isOn: isOn, to: &draft) { refuse(option: line) }
        case "log-health-checks" where !extra: draft.check.isLogged = isOn
        case "http-keep-alive" where isOn && !extra:
            draft.options.closesServer = false
            draft.options.closesClient = false
        case "http-server-close" where !extra:
            draft.options.closesServer = isOn
            draft.options.closesClient = false
        case "httpclose" where !extra:
            draft.options.closesClient = isOn
            draft.options.closesServer = false
        case "abortonclose" where !extra: draft.options.abortsOnClose = isOn
        case "http-pretend-keepalive" where !extra: draft.options.pretendsKeepAlive = isOn
        case "tcpka" where !extra:
            draft.options.probesClients = isOn
            draft.options.probesServers = isOn
        case "clitcpka" where !extra: draft.options.probesClients = isOn
        case "srvtcpka" where !extra: draft.options.probesServers = isOn
        // How bytes are carried, not which: small segments always go at once here, nothing is spliced.
        case "http-no-delay", "splice-auto", "splice-request", "splice-response",
            "tcp-smart-accept", "tcp-smart-connect":
            break
        case "http-buffer-request" where !extra: draft.options.buffersRequest = isOn
        // Switched off is what we are.
        case "prefer-last-server", "persist", "transparent":
            if isOn { refuse(option: line) }
        default: refuse(option: line)
        }
    }

    private mutating func refuse(option line: BootLine) {
        let words = line.words.dropFirst().joined(separator: " ")
        report("option '\(words)' is not supported by apus-proxy.", at: line.origin)
    }
}
