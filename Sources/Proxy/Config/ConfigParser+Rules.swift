import BootConfig
import Model

extension ConfigParser {
    /// Runs a reader of rules for one line; reports its mistake and answers nil when it has one.
    mutating func readRule<Result>(
        _ line: BootLine,
        in draft: inout ProxyDraft,
        as what: String,
        _ body: (inout RuleParser) throws(RuleMistake) -> Result
    ) -> Result? {
        // Moved, not copied: the book may be large.
        var parser = RuleParser(draft: RuleBookDraft(), catalog: MapCatalog(readFile: { _ in nil }))
        swap(&parser.draft, &configuration.rules)
        swap(&parser.catalog, &catalog)
        swap(&parser.acls, &draft.acls)
        parser.origin = line.origin
        parser.scope = ruleScope
        parser.scope.ownBackend = draft.kind == .frontend ? -1 : backendNumbers[draft.name] ?? -1
        parser.scope.ownFrontend = draft.kind == .backend ? -1 : configuration.frontends.count
        defer {
            swap(&parser.draft, &configuration.rules)
            swap(&parser.catalog, &catalog)
            swap(&parser.acls, &draft.acls)
        }
        do throws(RuleMistake) {
            return try body(&parser)
        } catch {
            report("\(what) : \(error).", at: line.origin)
            return nil
        }
    }

    /// Keywords about rules; false for every other.
    mutating func applyRule(_ line: BootLine, to draft: inout ProxyDraft) -> Bool {
        switch line.keyword {
        case "acl": parse(acl: line, into: &draft)
        case "use_backend": parse(useBackend: line, into: &draft)
        case "use-server": parse(useServer: line, into: &draft)
        case "force-persist", "ignore-persist": parse(persistence: line, into: &draft)
        case "monitor": parse(monitorFail: line, into: &draft)
        case "redirect": parse(redirect: line, into: &draft)
        case "http-request" where line.words.count > 1 && line.words[1] == "use-service":
            parse(useService: line, into: &draft)
        case "http-request", "http-response", "http-after-response":
            guard let set = RuleSet(rawValue: line.keyword) else { return false }
            parse(rule: line, from: 1, in: set, into: &draft)
        case "tcp-request", "tcp-response": parse(tcpRule: line, into: &draft)
        default: return applyAnswer(line, to: &draft)
        }
        return true
    }

    private mutating func parse(acl line: BootLine, into draft: inout ProxyDraft) {
        let name = line.words.count > 1 ? line.words[1] : ""
        _ = readRule(line, in: &draft, as: "error detected while parsing ACL '\(name)'") {
            parser throws(RuleMistake) in try parser.declare(acl: line.arguments)
        }
    }

    private func context(_ rule: String, _ draft: ProxyDraft) -> String {
        "error detected in \(draft.kind.rawValue) '\(draft.name)' while parsing '\(rule)' rule"
    }

    private mutating func parse(
        rule line: BootLine,
        from start: Int,
        in set: RuleSet,
        into draft: inout ProxyDraft
    ) {
        let name = "\(set.rawValue) \(line.words.count > start ? line.words[start] : "")"
        let action = readRule(line, in: &draft, as: context(name, draft)) {
            parser throws(RuleMistake) in
            try parser.action(line.words[min(start, line.words.count)...], in: set)
        }
        guard var action else { return }
        if action.code == .capture, action.number < 0 {
            action.number = Int64(draft.rules.settled.requestCaptures)
            draft.rules.settled.requestCaptures += 1
        }
        draft.rules.append(action, to: set)
    }

    private mutating func parse(tcpRule line: BootLine, into draft: inout ProxyDraft) {
        let kind = line.words.count > 1 ? line.words[1] : ""
        switch (line.keyword, kind) {
        case ("tcp-request", "inspect-delay"):
            guard let delay = duration(line, at: 2) else { return }
            draft.rules.settled.inspectDelay = UInt32(delay.count)
        case ("tcp-request", "connection"), ("tcp-request", "session"), ("tcp-request", "content"),
            ("tcp-response", "content"):
            guard let set = RuleSet(rawValue: "\(line.keyword) \(kind)") else { return }
            parse(rule: line, from: 2, in: set, into: &draft)
        default:
            report(
                "'\(line.keyword)' expects 'inspect-delay', 'connection', 'session' or 'content' in "
                    + "\(draft.kind.rawValue) '\(draft.name)' (got '\(kind)').",
                at: line.origin
            )
        }
    }

    private mutating func parse(redirect line: BootLine, into draft: inout ProxyDraft) {
        let action = readRule(line, in: &draft, as: context("redirect", draft)) {
            parser throws(RuleMistake) in try parser.action(line.words[...], in: .request)
        }
        if let action { draft.rules.redirects.append(action) }
    }

    /// `use_backend TARGET [if|unless CONDITION]`.
    private mutating func parse(useBackend line: BootLine, into draft: inout ProxyDraft) {
        guard line.words.count >= 2 else {
            return report("'use_backend' expects a backend name.", at: line.origin)
        }
        let name = line.words[1]
        var action = RuleAction(.useBackend)
        if !name.contains("%") {
            guard let number = backend(named: name, at: line.origin) else { return }
            action.number = Int64(number)
        }
        let made = readRule(line, in: &draft, as: "error detected while parsing switching rule") {
            parser throws(RuleMistake) in
            var action = action
            if action.number < 0 { action.format = try parser.format(name) }
            action.condition = try parser.condition(line.words[2...])
            return action
        }
        if let made { draft.rules.routing.append(made) }
    }

    /// `use-server NAME if|unless CONDITION`; the name may be computed.
    private mutating func parse(useServer line: BootLine, into draft: inout ProxyDraft) {
        guard line.words.count > 3, ["if", "unless"].contains(line.words[2]) else {
            return report(
                "'use-server' requires either 'if' or 'unless' followed by a condition.",
                at: line.origin
            )
        }
        let name = line.words[1]
        let made = readRule(line, in: &draft, as: "error detected while parsing 'use-server' rule")
        {
            parser throws(RuleMistake) in
            var action = RuleAction(.useServer)
            if name.contains("%") {
                action.format = try parser.format(name)
            } else {
                action.text = parser.draft.intern(name)
            }
            action.condition = try parser.condition(line.words[2...])
            return action
        }
        draft.backend.namesServers = true
        if !name.contains("%") { draft.namedServers.append(.init(text: name, origin: line.origin)) }
        if let made { draft.rules.servers.append(made) }
    }

    /// The servers that `use-server` rules name are there, and stay.
    mutating func settleNamedServers(_ draft: inout ProxyDraft) {
        for name in draft.namedServers {
            if draft.serverPlaces[name.text] == nil {
                report(
                    "unable to find server '\(name.text)' referenced in a 'use-server' rule.",
                    at: name.origin
                )
            }
            draft.backend.pinnedServers.insert(name.text)
        }
    }

    /// `force-persist` and `ignore-persist` with a condition.
    private mutating func parse(persistence line: BootLine, into draft: inout ProxyDraft) {
        guard line.words.count > 2, ["if", "unless"].contains(line.words[1]) else {
            return report(
                "'\(line.keyword)' requires either 'if' or 'unless' followed by a condition.",
                at: line.origin
            )
        }
        let code: ActionCode =
            line.keyword == "force-persist" ? .forcePersistence : .ignorePersistence
        let made = readRule(line, in: &draft, as: "error detected while parsing '\(line.keyword)'")
        {
            parser throws(RuleMistake) in
            var action = RuleAction(code)
            action.condition = try parser.condition(line.words[1...])
            return action
        }
        if let made { draft.rules.persistence.append(made) }
    }

    /// `monitor fail if|unless CONDITION`.
    private mutating func parse(monitorFail line: BootLine, into draft: inout ProxyDraft) {
        guard line.words.count > 3, line.words[1] == "fail" else {
            return report(
                "'monitor' only supports 'fail' followed by 'if' or 'unless' and a condition.",
                at: line.origin
            )
        }
        let condition = readRule(
            line,
            in: &draft,
            as: "error detected while parsing 'monitor fail'"
        ) {
            parser throws(RuleMistake) in try parser.condition(line.words[2...])
        }
        if let condition { draft.rules.monitorFail.append(condition) }
    }
}
