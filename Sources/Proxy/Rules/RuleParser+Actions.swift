import Model

/// Where a rule stands, which decides what it may do.
enum RuleSet: String {
    case connection = "tcp-request connection"
    case session = "tcp-request session"
    case content = "tcp-request content"
    case request = "http-request"
    case responseContent = "tcp-response content"
    case response = "http-response"
    case afterResponse = "http-after-response"

    /// Responses are at hand.
    var isResponse: Bool { [.responseContent, .response, .afterResponse].contains(self) }
    /// Speaks HTTP.
    var isHTTP: Bool { [.request, .response, .afterResponse].contains(self) }
}

extension RuleParser {
    /// One rule: the words after `http-request` and the like, from the action on.
    ///
    /// - Throws: What is wrong, without the place.
    mutating func action(_ words: ArraySlice<String>, in set: RuleSet) throws(RuleMistake)
        -> RuleAction
    {
        guard let name = words.first else { throw RuleMistake("expects an action") }
        let split = words.dropFirst().firstIndex { $0 == "if" || $0 == "unless" } ?? words.endIndex
        let arguments = Array(words[words.index(after: words.startIndex)..<split])
        var action = try action(name, arguments, in: set)
        action.condition = try condition(words[split...])
        return action
    }

    private mutating func action(_ name: String, _ words: [String], in set: RuleSet)
        throws(RuleMistake) -> RuleAction
    {
        if name.hasPrefix("set-var-fmt(") || name.hasPrefix("set-var(")
            || name.hasPrefix("unset-var(")
        {
            return try variableAction(name, words)
        }
        if let action = try verdict(name, words, in: set) { return action }
        if let action = try connectionAction(name, words, in: set) { return action }
        if let action = try socketAction(name, words, in: set) { return action }
        guard set.isHTTP else {
            throw RuleMistake("unknown or unsupported action '\(name)' in '\(set.rawValue)'")
        }
        if let action = try listAction(name, words) { return action }
        if let action = try headerAction(name, words) { return action }
        if set == .request, let action = try requestLineAction(name, words) { return action }
        if set == .request, name == "wait-for-body" { return try waitAction(words) }
        if set == .request, name == "early-hint" { return try named(.earlyHint, words, name) }
        if name == "set-status", set.isResponse { return try statusAction(words) }
        if name == "strict-mode" { return try strictMode(words) }
        if name == "capture" { return try capture(words, in: set) }
        throw RuleMistake("unknown or unsupported action '\(name)' in '\(set.rawValue)'")
    }

    /// Rules that end the evaluation.
    private mutating func verdict(_ name: String, _ words: [String], in set: RuleSet)
        throws(RuleMistake) -> RuleAction?
    {
        switch (name, set) {
        case ("allow", _) where set.isHTTP, ("accept", _) where !set.isHTTP:
            try expectEnd(words, of: name, after: 0)
            return RuleAction(.allow)
        case ("reject", .connection), ("reject", .session), ("reject", .content),
            ("reject", .request),
            ("reject", .responseContent):
            try expectEnd(words, of: name, after: 0)
            return RuleAction(.reject)
        case ("close", .responseContent):
            try expectEnd(words, of: name, after: 0)
            return RuleAction(.reject)
        case ("silent-drop", _) where set != .afterResponse:
            try expectEnd(words, of: name, after: 0)
            return RuleAction(.silentDrop)
        case ("tarpit", .request):
            var action = RuleAction(.tarpit)
            action.reply = try reply(words, of: name, defaultStatus: 500, isDeny: true)
            return action
        case ("deny", .request), ("deny", .response):
            var action = RuleAction(.deny)
            let status = set == .request ? 403 : 502
            action.reply = try reply(words, of: name, defaultStatus: status, isDeny: true)
            return action
        case ("return", .request), ("return", .response):
            var action = RuleAction(.reply)
            action.reply = try reply(words, of: name, defaultStatus: 200, isDeny: false)
            return action
        case ("redirect", .request), ("redirect", .response): return try redirect(words)
        default: return nil
        }
    }

    private func expectEnd(_ words: [String], of name: String, after count: Int) throws(RuleMistake)
    {
        guard words.count > count else { return }
        throw RuleMistake(
            "'\(name)' cannot handle unexpected argument '\(words[count])': expects 'if', 'unless' or end of line"
        )
    }

    private mutating func variableAction(_ name: String, _ words: [String]) throws(RuleMistake)
        -> RuleAction
    {
        guard name.hasSuffix(")"), let open = name.firstIndex(of: "(") else {
            throw RuleMistake(
                "invalid or incomplete action '\(name)'. Expects 'set-var(<var-name>)'"
            )
        }
        let kind = name[..<open]
        let parts = name[name.index(after: open)...].dropLast()
            .split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 1 else {
            throw RuleMistake(
                "conditions on variables are not supported by apus-proxy in '\(name)'"
            )
        }
        guard let number = draft.variable(parts[0]) else {
            throw RuleMistake(
                "invalid variable name '\(parts[0])': its scope may be 'proc', 'sess', 'txn', 'req' or 'res'"
            )
        }
        guard VariableScope(ofNumber: number) != .process else {
            throw RuleMistake(
                "'\(parts[0])': apus-proxy sets variables of the process in 'global' only"
            )
        }
        if kind == "unset-var" {
            try expectEnd(words, of: name, after: 0)
            var action = RuleAction(.unsetVariable)
            action.number = Int64(number)
            return action
        }
        guard words.count == 1 else { throw RuleMistake("'\(name)' expects one expression") }
        var action = RuleAction(kind == "set-var" ? .setVariable : .formatVariable)
        action.number = Int64(number)
        if kind == "set-var" {
            action.expression = try expression(words[0]).index
        } else {
            action.format = try format(words[0])
        }
        return action
    }

    /// Rules about addresses, which all rule sets have.
    private mutating func connectionAction(_ name: String, _ words: [String], in set: RuleSet)
        throws(RuleMistake) -> RuleAction?
    {
        let codes: [String: ActionCode] = [
            "set-src": .setSource, "set-src-port": .setSourcePort, "set-dst": .setDestination,
            "set-dst-port": .setDestinationPort,
        ]
        guard let code = codes[name], !set.isResponse else { return nil }
        guard words.count == 1 else { throw RuleMistake("'\(name)' expects one expression") }
        let parsed = try expression(words[0])
        let wanted: Sample.Kind = name.hasSuffix("port") ? .integer : .address
        guard parsed.kind.casts(to: wanted) else {
            throw RuleMistake(
                "fetch method '\(words[0])' cannot be used as '\(wanted.name)' in '\(name)'"
            )
        }
        var action = RuleAction(code)
        action.expression = parsed.index
        return action
    }

    /// `set-tos`, `set-mark`, `set-nice` and `set-log-level`, which most rule sets have.
    private func socketAction(_ name: String, _ words: [String], in set: RuleSet)
        throws(RuleMistake) -> RuleAction?
    {
        if name == "set-log-level" {
            return set == .connection || set == .session ? nil : try levelAction(words)
        }
        let codes: [String: ActionCode] = [
            "set-tos": .setTrafficClass, "set-mark": .setMark, "set-nice": .setNice,
        ]
        guard let code = codes[name], set != .afterResponse else { return nil }
        guard words.count == 1 else { throw RuleMistake("expects exactly 1 argument") }
        guard let number = Self.number(words[0]) else {
            throw RuleMistake(
                "invalid character starting at '\(words[0])' (integer/hex value expected)"
            )
        }
        var action = RuleAction(code)
        action.number = number
        return action
    }

    private static func number(_ word: String) -> Int64? {
        word.hasPrefix("0x") ? Int64(word.dropFirst(2), radix: 16) : Int64(word)
    }

    /// `wait-for-body time T [at-least SIZE]`.
    private func waitAction(_ words: [String]) throws(RuleMistake) -> RuleAction {
        guard words.first == "time" else {
            throw RuleMistake("expects time <time> [ at-least <bytes> ]")
        }
        guard words.count > 1 else { throw RuleMistake("missing argument for 'time'") }
        guard let time = Milliseconds(parsing: words[1]) else {
            throw RuleMistake("invalid time '\(words[1])'")
        }
        var action = RuleAction(.waitForBody)
        action.number = Int64(time.count)
        guard words.count > 2 else { return action }
        guard words.count == 4, words[2] == "at-least" else {
            throw RuleMistake("expects time <time> [ at-least <bytes> ]")
        }
        let units: [Character: Int64] = ["k": 1 << 10, "m": 1 << 20, "g": 1 << 30]
        let unit = words[3].last.flatMap { units[$0] }
        guard let count = Int64(unit == nil ? words[3][...] : words[3].dropLast()), count >= 0,
            count <= Int64(Int32.max)
        else { throw RuleMistake("unexpected character in '\(words[3])'") }
        action.other = count * (unit ?? 1)
        return action
    }

    private mutating func named(_ code: ActionCode, _ words: [String], _ name: String)
        throws(RuleMistake) -> RuleAction
    {
        guard words.count == 2 else {
            throw RuleMistake("'\(name)' expects exactly 2 arguments <name> and <value>")
        }
        try checkHeader(words[0], code)
        var action = RuleAction(code)
        action.text = draft.intern(words[0])
        action.format = try format(words[1])
        return action
    }

    /// Names that decide where a message ends are not for rules to change.
    private func checkHeader(_ name: String, _ code: ActionCode) throws(RuleMistake) {
        guard !name.isEmpty, name.utf8.allSatisfy(ASCII.isToken) else {
            throw RuleMistake("'\(name)' is not the name of a header")
        }
        guard
            !["content-length", "transfer-encoding", "connection", "upgrade"].contains(
                name.lowercased()
            )
        else {
            throw RuleMistake(
                "apus-proxy does not let rules change '\(name)', which frames the message"
            )
        }
    }

    private mutating func headerAction(_ name: String, _ words: [String]) throws(RuleMistake)
        -> RuleAction?
    {
        switch name {
        case "set-header": return try named(.setHeader, words, name)
        case "add-header": return try named(.addHeader, words, name)
        case "del-header":
            guard words.count == 1 || words.count == 3 && words[1] == "-m" else {
                throw RuleMistake("'del-header' expects a name and perhaps '-m <method>'")
            }
            var action = RuleAction(.deleteHeader)
            action.number = Int64(MatchKind.string.rawValue)
            if words.count == 3 {
                guard let match = MatchKind(named: words[2]),
                    [.string, .prefix, .suffix, .substring, .regex].contains(match)
                else { throw RuleMistake("unknown matching method '\(words[2])' in 'del-header'") }
                action.number = Int64(match.rawValue)
                if match == .regex { action.regex = try regex(words[0], ignoresCase: true) }
            } else {
                try checkHeader(words[0], .deleteHeader)
            }
            action.text = draft.intern(words[0].lowercased())
            return action
        case "replace-header", "replace-value":
            guard words.count == 3 else {
                throw RuleMistake(
                    "'\(name)' expects exactly 3 arguments <name>, <match-regex> and <replace-fmt>"
                )
            }
            try checkHeader(words[0], .replaceHeader)
            var action = RuleAction(name == "replace-header" ? .replaceHeader : .replaceValue)
            action.text = draft.intern(words[0].lowercased())
            action.regex = try regex(words[1])
            action.format = try format(words[2])
            return action
        default: return nil
        }
    }

    private mutating func regex(_ text: String, ignoresCase: Bool = false) throws(RuleMistake)
        -> Int32
    {
        do throws(Regex.Mistake) {
            return try draft.regex(text, ignoresCase: ignoresCase)
        } catch {
            throw RuleMistake("\(error)")
        }
    }

    private mutating func requestLineAction(_ name: String, _ words: [String]) throws(RuleMistake)
        -> RuleAction?
    {
        let setters: [String: ActionCode] = [
            "set-path": .setPath, "set-pathq": .setPathAndQuery, "set-query": .setQuery,
            "set-uri": .setURI, "set-method": .setMethod,
        ]
        if let code = setters[name] {
            guard words.count == 1, !words[0].isEmpty else {
                throw RuleMistake("'\(name)' expects exactly 1 argument <format>")
            }
            var action = RuleAction(code)
            action.format = try format(words[0])
            return action
        }
        let replacers: [String: ActionCode] = [
            "replace-path": .replacePath, "replace-pathq": .replacePathAndQuery,
            "replace-uri": .replaceURI,
        ]
        guard let code = replacers[name] else { return nil }
        guard words.count == 2 else {
            throw RuleMistake(
                "'\(name)' expects exactly 2 arguments <match-regex> and <replace-fmt>"
            )
        }
        var action = RuleAction(code)
        action.regex = try regex(words[0])
        action.format = try format(words[1])
        return action
    }

    private mutating func statusAction(_ words: [String]) throws(RuleMistake) -> RuleAction {
        guard let status = words.first.flatMap({ Int64($0) }), (100...999).contains(status) else {
            throw RuleMistake("expects an integer status code between 100 and 999")
        }
        guard words.count == 1 || words.count == 3 && words[1] == "reason" else {
            throw RuleMistake("expects '<status> [reason <string>]'")
        }
        var action = RuleAction(.setStatus)
        action.number = status
        if words.count == 3 { action.text = draft.intern(words[2]) }
        return action
    }

    private func levelAction(_ words: [String]) throws(RuleMistake) -> RuleAction {
        var action = RuleAction(.setLogLevel)
        guard words.count == 1, words[0] == "silent" || SyslogLevel(named: words[0]) != nil else {
            throw RuleMistake("expects exactly 1 argument (log level name or 'silent')")
        }
        action.number = SyslogLevel(named: words[0]).map { Int64($0.rawValue) } ?? -1
        return action
    }

    private func strictMode(_ words: [String]) throws(RuleMistake) -> RuleAction {
        guard words == ["on"] || words == ["off"] else {
            throw RuleMistake("Unexpected value '\(words.first ?? "")'. Expects 'on' or 'off'")
        }
        var action = RuleAction(.strictMode)
        action.number = words == ["on"] ? 1 : 0
        return action
    }

    /// `capture EXPR len N` or `capture EXPR id N`; slots are counted by whoever reads the section.
    private mutating func capture(_ words: [String], in set: RuleSet) throws(RuleMistake)
        -> RuleAction
    {
        guard words.count == 3, ["len", "id"].contains(words[1]), let number = Int64(words[2]),
            number >= 0, number <= 4096
        else { throw RuleMistake("expects 'capture <expression> [ len <length> | id <idx> ]'") }
        guard set == .request || words[1] == "id" else {
            throw RuleMistake("'http-response capture' expects 'id <idx>'")
        }
        var action = RuleAction(.capture)
        action.expression = try expression(words[0]).index
        action.number = words[1] == "id" ? number : -1
        action.other = words[1] == "len" ? number : 0
        return action
    }
}
