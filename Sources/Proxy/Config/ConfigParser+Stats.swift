import BootConfig
import Model

extension ConfigParser {
    /// `stats …` of a proxy section: any of them turns the page on.
    mutating func parse(page line: BootLine, into draft: inout ProxyDraft) {
        var stats = draft.stats ?? StatsConfiguration()
        let words = line.words
        var length = 2
        switch line.arguments.first {
        case "enable": break
        case "hide-version": stats.hidesVersion = true
        case "show-legends": stats.showsLegends = true
        case "show-node":
            // A name would stand in place of `node`.
            stats.showsNode = true
        case "uri", "realm", "auth", "refresh":
            length = 3
            guard words.count >= 3 else {
                return report("'stats \(words[1])' expects an argument.", at: line.origin)
            }
            guard set(words[1], to: line, in: &stats) else { return }
        case "admin":
            guard words.count == 4, words[2] == "if", words[3] == "TRUE" else {
                return report(
                    "'stats admin' : apus-proxy takes only 'if TRUE'; 'stats auth' guards the page.",
                    at: line.origin
                )
            }
            length = 4
            stats.isAdmin = true
        default:
            return report(
                "'stats' : '\(words.count > 1 ? words[1] : "")' is not supported by apus-proxy.",
                at: line.origin
            )
        }
        expectEnd(of: line, after: length)
        draft.stats = stats
        if draft.kind == .backend {
            report(
                "'stats' in a backend is not supported by apus-proxy: put it into a frontend.",
                at: line.origin
            )
        }
    }

    private mutating func set(
        _ keyword: String,
        to line: BootLine,
        in stats: inout StatsConfiguration
    ) -> Bool {
        let value = line.words[2]
        switch keyword {
        case "uri": stats.uri = value
        case "realm": stats.realm = value
        case "auth":
            guard value.contains(":") else {
                report("'stats auth' expects a user:password account.", at: line.origin)
                return false
            }
            stats.users.append(value)
        default:
            guard let time = Milliseconds(parsing: value + (Int(value) == nil ? "" : "s")) else {
                report("'stats refresh' : '\(value)' is no duration.", at: line.origin)
                return false
            }
            stats.refresh = max(1, time.count / 1000)
        }
        return true
    }

    /// `http-request use-service prometheus-exporter [if|unless CONDITION]`.
    mutating func parse(useService line: BootLine, into draft: inout ProxyDraft) {
        guard line.words.count >= 3, line.words[2] == "prometheus-exporter" else {
            let name = line.words.count > 2 ? line.words[2] : ""
            return report(
                "'http-request use-service' : '\(name)' is not supported by apus-proxy.",
                at: line.origin
            )
        }
        let number = service(.exporter)
        let context = "error detected while parsing 'http-request use-service'"
        let made = readRule(line, in: &draft, as: context) { parser throws(RuleMistake) in
            var action = RuleAction(.useBackend)
            action.number = Int64(number)
            action.condition = try parser.condition(line.words[3...])
            return action
        }
        if let made { draft.serviceRules.append(made) }
    }

    /// Rules of services come before those that name a backend, as HAProxy has it.
    mutating func settleServices(of draft: inout ProxyDraft) {
        if let stats = draft.stats {
            let number = service(.page(stats))
            let line = BootLine(
                words: ["if", "{", "url_beg", "--", stats.uri, "}"],
                origin: draft.origin
            )
            let made = readRule(line, in: &draft, as: "'stats uri'") { parser throws(RuleMistake) in
                var action = RuleAction(.useBackend)
                action.number = Int64(number)
                action.condition = try parser.condition(line.words[...])
                return action
            }
            if let made { draft.serviceRules.append(made) }
        }
        draft.rules.routing = draft.serviceRules + draft.rules.routing
    }

    /// The number of the backend that stands for a service: they follow the declared ones.
    private mutating func service(_ kind: ServiceConfiguration.Kind) -> Int {
        configuration.services.append(ServiceConfiguration(kind))
        return configuration.backends.count + configuration.services.count - 1
    }
}
