import Model

/// Reads the words behind `tcp-check connect`, `send`, `send-binary`, `expect` and their like of `http-check`.
struct CheckRuleReader {
    private var rest: ArraySlice<String>

    init(_ words: ArraySlice<String>) { rest = words }

    /// The rule of a name.
    ///
    /// - Throws: What is wrong with it, or what of it is not supported.
    mutating func step(_ name: String, of keyword: String) throws(RuleMistake) -> CheckStep {
        switch (keyword, name) {
        case (_, "connect"): return try connection()
        case (_, "expect"): return try expectation(isHTTP: keyword == "http-check")
        case ("tcp-check", "send"): return try sending { Array($0.utf8) }
        case ("tcp-check", "send-binary"):
            return try sending { text throws(RuleMistake) in try Self.bytes(text) }
        default:
            throw RuleMistake(
                keyword == "http-check"
                    ? "apus-proxy has 'comment', 'connect', 'disable-on-404', 'expect', 'send' and 'send-state'"
                    : "apus-proxy has 'comment', 'connect', 'expect', 'send' and 'send-binary'"
            )
        }
    }

    private mutating func value(_ keyword: String) throws(RuleMistake) -> String {
        guard let value = rest.popFirst() else {
            throw RuleMistake("expects a value after '\(keyword)'")
        }
        return value
    }

    private mutating func sending(_ read: (String) throws(RuleMistake) -> [UInt8])
        throws(RuleMistake) -> CheckStep
    {
        var step = CheckStep(.send(try read(try value("send"))))
        while let word = rest.popFirst() {
            guard word == "comment" else {
                throw RuleMistake("expects 'comment' (got '\(word)')")
            }
            step.comment = try value(word)
        }
        return step
    }

    private static func bytes(_ text: String) throws(RuleMistake) -> [UInt8] {
        guard let bytes = RuleParser.unhexed(text), !bytes.isEmpty else {
            throw RuleMistake("'\(text)' is not hexadecimal")
        }
        return bytes
    }

    private mutating func connection() throws(RuleMistake) -> CheckStep {
        var connection = CheckConnection()
        var comment = ""
        while let word = rest.popFirst() {
            switch word {
            case "default": break
            case "comment": comment = try value(word)
            case "port":
                let text = try value(word)
                guard let port = UInt16(text), port > 0 else {
                    throw RuleMistake("expects a port between 1 and 65535 (got '\(text)')")
                }
                connection.port = port
            case "addr":
                let text = try value(word)
                guard let endpoint = IPText.endpoint(text) ?? Endpoint(text) else {
                    throw RuleMistake("'\(text)' is not an IP address")
                }
                connection.endpoint = endpoint
            default: throw RuleMistake("'\(word)' is unknown or not supported by apus-proxy")
            }
        }
        var step = CheckStep(.connect(connection))
        step.comment = comment
        return step
    }

    // MARK: Expectations

    private mutating func expectation(isHTTP: Bool) throws(RuleMistake) -> CheckStep {
        var made: CheckExpectation?
        var options = CheckExpectation.defaultStatus
        var comment = ""
        var isNegated = false
        while var word = rest.popFirst() {
            if word.hasPrefix("!") {
                isNegated.toggle()
                word.removeFirst()
                if word.isEmpty { continue }
            }
            switch word {
            case "comment": comment = try value(word)
            case "min-recv":
                let text = try value(word)
                guard let number = Int(text), (-1...CheckConversation.limit).contains(number) else {
                    throw RuleMistake("expects -1 or a positive integer (got '\(text)')")
                }
                options.minimum = number
            case "ok-status", "error-status", "tout-status": try readStatus(word, into: &options)
            case "on-success": options.onSuccess = try literal(word)
            case "on-error": options.onError = try literal(word)
            default:
                guard made == nil else { throw RuleMistake("only one pattern is expected") }
                made = CheckExpectation(try isHTTP ? httpPattern(word) : pattern(word))
            }
        }
        guard let made else { throw RuleMistake("expects a pattern") }
        options.pattern = made.pattern
        options.isNegated = isNegated
        var step = CheckStep(.expect(options))
        step.comment = comment
        return step
    }

    /// Texts of a log-format would need an exchange.
    private mutating func literal(_ keyword: String) throws(RuleMistake) -> String {
        let text = try value(keyword)
        guard !text.contains("%") else {
            throw RuleMistake("'\(keyword)' takes plain text only in apus-proxy")
        }
        return text
    }

    private mutating func readStatus(_ keyword: String, into options: inout CheckExpectation)
        throws(RuleMistake)
    {
        let name = try value(keyword)
        let known: [String: [CheckResult.Status]] = [
            "ok-status": [.layer4OK, .layer7OK, .layer7Conditional],
            "error-status": [
                .layer7Conditional, .layer7InvalidResponse, .layer7WrongStatus, .layer4Refused,
            ],
            "tout-status": [.layer7Timeout, .layer4Timeout],
        ]
        guard let status = known[keyword]?.first(where: { $0.rawValue == name }) else {
            throw RuleMistake("'\(keyword)' cannot be '\(name)'")
        }
        switch keyword {
        case "ok-status": options.passed = status
        case "error-status": options.failed = status
        default: options.timedOut = status
        }
    }

    private mutating func pattern(_ word: String) throws(RuleMistake) -> CheckExpectation.Pattern {
        switch word {
        case "string": return .text(Array(try value(word).utf8))
        case "binary": return .binary(try Self.bytes(try value(word)))
        case "rstring": return .regex(try regex(word))
        case "rbinary": return .binaryRegex(try regex(word))
        default: throw RuleMistake("'\(word)' is unknown or not supported by apus-proxy")
        }
    }

    private mutating func regex(_ keyword: String) throws(RuleMistake) -> String {
        let text = try value(keyword)
        try Self.check(regex: text)
        return text
    }

    private static func check(regex text: String) throws(RuleMistake) {
        do throws(Regex.Mistake) {
            try Regex.compile(text, ignoresCase: false).free()
        } catch {
            throw RuleMistake("\(error)")
        }
    }

    private mutating func httpPattern(_ word: String) throws(RuleMistake)
        -> CheckExpectation.Pattern
    {
        switch word {
        case "status":
            let text = try value(word)
            guard let ranges = Self.ranges(of: text) else {
                throw RuleMistake("invalid status codes '\(text)'")
            }
            return .status(ranges)
        case "rstatus": return .statusRegex(try regex(word))
        case "string": return .body(Array(try value(word).utf8))
        case "rstring": return .bodyRegex(try regex(word))
        case "hdr", "fhdr": return .header(try header(isWhole: word == "fhdr"))
        default: throw RuleMistake("'\(word)' is unknown or not supported by apus-proxy")
        }
    }

    private mutating func header(isWhole: Bool) throws(RuleMistake) -> CheckHeader {
        guard rest.popFirst() == "name" else { throw RuleMistake("expects 'name'") }
        var header = CheckHeader(name: try match())
        header.isWhole = isWhole
        if rest.first == "value" {
            rest = rest.dropFirst()
            header.value = try match()
        }
        return header
    }

    private mutating func match() throws(RuleMistake) -> CheckHeader.Match {
        var kind = MatchKind.string
        if rest.first == "-m" {
            rest = rest.dropFirst()
            let name = try value("-m")
            guard let known = MatchKind(named: name),
                [.string, .prefix, .suffix, .substring, .regex].contains(known)
            else { throw RuleMistake("unknown matching method '\(name)'") }
            kind = known
        }
        var match = CheckHeader.Match(try value("name"))
        match.kind = kind
        if kind == .regex { try Self.check(regex: match.text) }
        return match
    }

    /// `200,204,300-399`; nil when it is not a list of statuses.
    private static func ranges(of text: String) -> [ClosedRange<Int>]? {
        var ranges: [ClosedRange<Int>] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard (1...2).contains(ends.count), let low = ends[0], let high = ends[ends.count - 1],
                100 <= low, low <= high, high <= 999
            else { return nil }
            ranges.append(low...high)
        }
        return ranges
    }
}
