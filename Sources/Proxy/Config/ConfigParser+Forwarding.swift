import BootConfig
import Model

/// Keywords of the request path: reuse, retries, what is added to headers, and how modes fit together.
extension ConfigParser {
    /// `http-reuse { never | safe | aggressive | always }`.
    mutating func parse(reuse line: BootLine, into draft: inout ProxyDraft) {
        switch line.words.count == 2 ? line.words[1] : "" {
        case "never": draft.options.reuse = .never
        case "safe": draft.options.reuse = .safe
        case "aggressive": draft.options.reuse = .aggressive
        case "always": draft.options.reuse = .always
        default:
            report(
                "'http-reuse' only supports 'never', 'safe', 'aggressive', 'always'.",
                at: line.origin
            )
        }
    }

    /// `retry-on CONDITION…`.
    mutating func parse(retryOn line: BootLine, into draft: inout ProxyDraft) {
        guard line.words.count > 1 else {
            return report("'retry-on' needs at least one condition.", at: line.origin)
        }
        var conditions: RetryConditions = []
        for word in line.arguments {
            guard let condition = RetryConditions(named: word) else {
                report(
                    "'retry-on' : '\(word)' is unknown or not supported by apus-proxy.",
                    at: line.origin
                )
                continue
            }
            if condition.isEmpty, line.words.count > 2 {
                report("'retry-on' : 'none' stands alone.", at: line.origin)
            }
            conditions.formUnion(condition)
        }
        draft.options.retryOn = conditions
    }

    /// `option redispatch [INTERVAL]`; 0 switches it off.
    mutating func parse(redispatch line: BootLine, isOn: Bool, into draft: inout ProxyDraft) {
        draft.backend.redispatches = isOn
        draft.options.redispatchInterval = -1
        guard isOn, line.words.count > 2 else { return expectEnd(of: line, after: 2) }
        guard let interval = integer(line, -100...100, at: 2) else { return }
        expectEnd(of: line, after: 3)
        draft.backend.redispatches = interval != 0
        draft.options.redispatchInterval = Int16(interval)
    }

    /// `option forwardfor [except NETWORK] [header NAME] [if-none]`.
    mutating func parse(forwardfor line: BootLine, isOn: Bool, into draft: inout ProxyDraft) {
        draft.frontend.addsForwardedFor = isOn
        draft.backend.addsForwardedFor = isOn
        var options = ForwardingOptions.ForwardedFor()
        var index = 2
        while index < line.words.count {
            let value = index + 1 < line.words.count ? line.words[index + 1] : ""
            switch line.words[index] {
            case "if-none":
                options.ifNone = true
                index += 1
            case "header" where ForwardedHeader.isName(value):
                let name = value.lowercased()
                options.header = name == "x-forwarded-for" ? .empty : .make(name)
                index += 2
            case "except":
                guard let network = Network(value) else {
                    return report(
                        "'option forwardfor' : '\(value)' is not a network.",
                        at: line.origin
                    )
                }
                options.except = network
                index += 2
            default:
                return report(
                    "'option forwardfor' only supports optional values: 'except', 'header' and 'if-none' "
                        + "(got '\(line.words[index])').",
                    at: line.origin
                )
            }
        }
        draft.options.forwardedFor = options
    }

    /// A frontend and the backends it names must speak the same.
    mutating func settleModes() {
        for frontend in configuration.frontends {
            let numbers = (frontend.defaultBackend.map { [$0] } ?? []) + frontend.routedBackends
            let mode = frontend.options.isTCP ? "tcp" : "http"
            for number in Set(numbers).sorted()
            where configuration.backends[number].options.isTCP != frontend.options.isTCP {
                let other = frontend.options.isTCP ? "http" : "tcp"
                report(
                    "\(mode) frontend '\(frontend.name)' tries to use incompatible \(other) backend "
                        + "'\(configuration.backends[number].name)' (see 'mode').",
                    at: frontend.origin
                )
            }
            if frontend.options.isTCP, frontend.monitorURI != nil {
                report(
                    "'monitor-uri' needs 'mode http' in frontend '\(frontend.name)'.",
                    at: frontend.origin
                )
            }
        }
    }

    /// Without `fullconn`, servers get their whole limit at a tenth of what the frontends may bring
    /// (configuration.txt, fullconn).
    mutating func settleFullconn() {
        for number in configuration.backends.indices
        where configuration.backends[number].options.fullconn == 0 {
            configuration.backends[number].options.fullconn = fullconn(ofBackend: number)
        }
        // Only a computed name leads to a backend that is made while running.
        for index in configuration.defaults.indices
        where configuration.defaults[index].backend.options.fullconn == 0 {
            configuration.defaults[index].backend.options.fullconn = fullconn(ofBackend: -1)
        }
    }

    private func fullconn(ofBackend number: Int) -> Int32 {
        var total = 0
        for frontend in configuration.frontends where mayReach(number, from: frontend) {
            let process = configuration.maxconn > 0 ? configuration.maxconn : 2000
            total += frontend.maxconn > 0 ? frontend.maxconn : process
        }
        return Int32(clamping: (total + 9) / 10)
    }

    private func mayReach(_ backend: Int, from frontend: FrontendConfiguration) -> Bool {
        if frontend.defaultBackend == backend { return true }
        return frontend.routesByName || frontend.routedBackends.contains(backend)
    }
}

/// Names of header fields.
enum ForwardedHeader {
    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 64 && text.utf8.allSatisfy { ASCII.isToken($0) }
    }
}

extension Network {
    /// `ADDRESS[/PREFIX]`; nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let host = parts.first, parts.count <= 2 else { return nil }
        self.init()
        let most: Int
        if let address = IPv4Address(host) {
            family = .ipv4
            low = UInt64(address.bits)
            most = 32
        } else if let address = IPv6Address(host) {
            family = .ipv6
            high = address.high
            low = address.low
            most = 128
        } else {
            return nil
        }
        guard let length = parts.count == 2 ? Int(parts[1]) : most, (0...most).contains(length)
        else {
            return nil
        }
        prefix = UInt8(length)
    }
}
