import Model

extension RuleParser {
    /// `NAME CRITERION [FLAGS] PATTERN…` of an `acl` line.
    mutating func declare(acl words: ArraySlice<String>) throws(RuleMistake) {
        guard let name = words.first, words.count >= 2 else {
            throw RuleMistake("missing ACL name or expression")
        }
        guard !ConditionWords.reserved.contains(name), !name.contains("(") else {
            throw RuleMistake(
                "name '\(name)' is a reserved word or contains a character that is not permitted"
            )
        }
        let test = try test(words.dropFirst())
        acls[name, default: []].append(test)
    }

    /// Words from `if` or `unless` to the end of a line, as a number of `conditions`; -1 for no words.
    mutating func condition(_ words: ArraySlice<String>) throws(RuleMistake) -> Int32 {
        guard let first = words.first else { return -1 }
        guard first == "if" || first == "unless" else {
            throw RuleMistake("expects 'if' or 'unless', but found '\(first)'")
        }
        var reader = ConditionWords(words: words.dropFirst())
        var alternatives: [[ConditionTerm]] = [[]]
        while let item = reader.next() {
            switch item {
            case .or:
                guard alternatives[alternatives.count - 1].count > 0 else {
                    throw RuleMistake("error in condition: misplaced 'or'")
                }
                alternatives.append([])
            case .unterminated:
                throw RuleMistake("error in condition: missing closing '}' in condition")
            case .named(let name, let isNegated):
                let tests = try named(name)
                alternatives[alternatives.count - 1].append(term(tests, isNegated))
            case .inline(let words, let isNegated):
                let index = try test(words)
                alternatives[alternatives.count - 1].append(term([index], isNegated))
            }
        }
        guard alternatives.allSatisfy({ !$0.isEmpty }) else {
            throw RuleMistake("error in condition: expects a condition after '\(first)' or 'or'")
        }
        var condition = Condition()
        condition.isInverted = first == "unless"
        var ranges: [IndexRange] = []
        for terms in alternatives { ranges.append(draft.append(terms, to: \.terms)) }
        condition.alternatives = draft.append(ranges, to: \.alternatives)
        return draft.append(condition, to: \.conditions)
    }

    private mutating func term(_ tests: [Int32], _ isNegated: Bool) -> ConditionTerm {
        var term = ConditionTerm()
        term.isNegated = isNegated
        term.tests = draft.append(tests, to: \.numbers)
        return term
    }

    private mutating func named(_ name: String) throws(RuleMistake) -> [Int32] {
        if let tests = acls[name] { return tests }
        guard let words = ConditionWords.predefined[name] else {
            throw RuleMistake("error in condition: no such ACL : '\(name)'")
        }
        let made = [try test(words[...])]
        acls[name] = made
        return made
    }

    /// A criterion, its flags and its patterns.
    mutating func test(_ words: ArraySlice<String>) throws(RuleMistake) -> Int32 {
        guard let criterion = words.first else { throw RuleMistake("missing criterion") }
        let parsed = try expression(criterion)
        var test = PatternTest()
        test.expression = parsed.index
        test.match = parsed.match ?? Self.match(of: parsed.kind)
        var flags = TestFlags()
        let rest = try flags.read(words.dropFirst())
        test.ignoresCase = flags.ignoresCase
        if flags.match == nil, parsed.match == nil, parsed.kind == .any {
            throw RuleMistake(
                "matching method must be specified first (using '-m') when using a sample fetch of this type ('"
                    + "\(criterion.prefix { $0 != "(" && $0 != "," })')"
            )
        }
        if let match = flags.match { test.match = match }
        try checkType(parsed.kind, test.match, criterion)
        var lists: [Int32] = []
        for file in flags.files {
            let number = try catalog.number(
                of: file,
                match: test.match,
                isMap: flags.isMap,
                ignoresCase: test.ignoresCase,
                at: origin
            )
            lists.append(Int32(number))
        }
        test.lists = draft.append(lists, to: \.numbers)
        if test.match == .found || test.match == .boolean {
            guard rest.isEmpty || test.match == .boolean else {
                throw RuleMistake(
                    "no pattern is expected after '-m found', but got '\(rest.first ?? "")'"
                )
            }
        } else {
            test.patterns = try patterns(Array(rest), of: test)
        }
        return draft.append(test, to: \.tests)
    }

    /// How values of a type are matched when nothing else is said.
    private static func match(of kind: Sample.Kind) -> MatchKind {
        switch kind {
        case .boolean: .boolean
        case .integer: .integer
        case .ipv4, .ipv6, .address: .address
        case .binary: .binary
        case .string, .none, .any: .string
        }
    }

    private func checkType(_ kind: Sample.Kind, _ match: MatchKind, _ criterion: String)
        throws(RuleMistake)
    {
        let wanted: Sample.Kind =
            switch match {
            case .integer: .integer
            case .address: .address
            case .boolean: .boolean
            case .binary: .binary
            case .found: .any
            default: .string
            }
        // Booleans are judged from numbers too, and a string has no truth.
        let fits = match == .boolean && kind == .integer || kind.casts(to: wanted)
        if !fits {
            throw RuleMistake("matching method of '\(criterion)' cannot be used with its type")
        }
    }

    private mutating func patterns(_ words: [String], of test: PatternTest) throws(RuleMistake)
        -> IndexRange
    {
        var made: [Pattern] = []
        var comparison = "eq"
        for word in words {
            if test.match == .integer || test.match == .length,
                ["eq", "ge", "gt", "le", "lt"].contains(word)
            {
                comparison = word
                continue
            }
            made.append(try pattern(word, comparison, of: test))
        }
        if made.isEmpty, test.lists.isEmpty, comparison != "eq" {
            throw RuleMistake("expects an integer after '\(comparison)'")
        }
        return draft.append(made, to: \.patterns)
    }

    private mutating func pattern(_ word: String, _ comparison: String, of test: PatternTest)
        throws(RuleMistake) -> Pattern
    {
        if test.match == .regex {
            var pattern = Pattern()
            do throws(Regex.Mistake) {
                pattern.regex = try draft.regex(word, ignoresCase: test.ignoresCase)
            } catch {
                throw RuleMistake("\(error)")
            }
            return pattern
        }
        var pattern = try PatternText.parse(word, as: test.match)
        if test.match == .binary {
            guard let bytes = Self.unhexed(word) else {
                throw RuleMistake("'\(word)' is not a string of hexadecimal digits")
            }
            pattern.text = draft.intern(bytes: bytes)
        } else {
            pattern.text = draft.intern(word)
        }
        guard comparison != "eq" else { return pattern }
        guard pattern.lower == pattern.upper else {
            throw RuleMistake("'\(comparison)' cannot be used with the range '\(word)'")
        }
        switch comparison {
        case "ge": pattern.upper = .max
        case "gt": (pattern.lower, pattern.upper) = (pattern.lower &+ 1, .max)
        case "le": pattern.lower = .min
        default: (pattern.lower, pattern.upper) = (.min, pattern.upper &- 1)
        }
        return pattern
    }
}

/// The flags between a criterion and its patterns.
private struct TestFlags {
    var ignoresCase = false
    var match: MatchKind?
    var files: [String] = []
    var isMap = false

    /// Takes the flags off and answers the patterns.
    mutating func read(_ words: ArraySlice<String>) throws(RuleMistake) -> ArraySlice<String> {
        var rest = words
        while let flag = rest.first, flag.hasPrefix("-"), flag.utf8.count == 2 {
            rest = rest.dropFirst()
            switch flag {
            case "--": return rest
            case "-i": ignoresCase = true
            case "-n": break
            case "-M": isMap = true
            case "-u":
                // The number that `show acl` lists it by; ours are given in order.
                guard rest.first.flatMap({ UInt32($0) }) != nil else {
                    throw RuleMistake("expects a number after '-u'")
                }
                rest = rest.dropFirst()
            case "-m":
                guard let match = rest.first.flatMap(MatchKind.init(named:)) else {
                    throw RuleMistake("unknown matching method '\(rest.first ?? "")'")
                }
                self.match = match
                rest = rest.dropFirst()
            case "-f":
                guard let path = rest.first else { throw RuleMistake("expects a file after '-f'") }
                files.append(path)
                rest = rest.dropFirst()
            default:
                throw RuleMistake(
                    "'\(flag)' is not a valid ACL option. Please use '--' before any pattern beginning with a '-'"
                )
            }
        }
        return rest
    }
}

/// The words of a condition, one acl at a time.
struct ConditionWords {
    /// One piece of a condition.
    enum Item {
        case or, unterminated
        case named(String, isNegated: Bool)
        case inline(ArraySlice<String>, isNegated: Bool)
    }

    static let reserved: Set<String> = ["or", "||", "!", "{", "}", "if", "unless"]

    private var words: ArraySlice<String>

    init(words: ArraySlice<String>) {
        self.words = words
    }

    mutating func next() -> Item? {
        var isNegated = false
        while let word = words.first {
            words = words.dropFirst()
            if word == "or" || word == "||" { return isNegated ? .unterminated : .or }
            var name = word[...]
            while name.hasPrefix("!") {
                isNegated.toggle()
                name = name.dropFirst()
            }
            if name == "{" {
                guard let end = words.firstIndex(of: "}") else { return .unterminated }
                let inside = words[..<end]
                words = words[(end + 1)...]
                return .inline(inside, isNegated: isNegated)
            }
            if !name.isEmpty { return .named(String(name), isNegated: isNegated) }
        }
        return isNegated ? .unterminated : nil
    }

    /// Acls that HAProxy defines itself (configuration.txt §7.4), as far as we can judge them.
    static let predefined: [String: [String]] = [
        "TRUE": ["always_true"], "FALSE": ["always_false"],
        "LOCALHOST": ["src", "127.0.0.1/8", "::1"],
        "HTTP": ["req.proto_http"], "HTTP_1.0": ["req.ver", "1.0"],
        "HTTP_1.1": ["req.ver", "1.1"], "HTTP_2.0": ["req.ver", "2.0"],
        "HTTP_3.0": ["req.ver", "3.0"], "HTTP_CONTENT": ["req.hdr_val(content-length)", "gt", "0"],
        "HTTP_URL_ABS": ["url_reg", "^[^/:]*://"], "HTTP_URL_SLASH": ["url_beg", "/"],
        "HTTP_URL_STAR": ["url", "*"], "METH_CONNECT": ["method", "CONNECT"],
        "METH_DELETE": ["method", "DELETE"], "METH_GET": ["method", "GET", "HEAD"],
        "METH_HEAD": ["method", "HEAD"], "METH_OPTIONS": ["method", "OPTIONS"],
        "METH_POST": ["method", "POST"], "METH_PUT": ["method", "PUT"],
        "METH_TRACE": ["method", "TRACE"], "REQ_CONTENT": ["req.len", "gt", "0"],
    ]
}
