import BootConfig
import Model

extension ConfigParser {
    /// `acl NAME SAMPLE [FLAGS] PATTERN…`.
    mutating func parse(acl line: BootLine, into draft: inout ProxyDraft) {
        guard line.words.count >= 3 else {
            return report(
                "error detected while parsing ACL '' : expects a name and a criterion.",
                at: line.origin
            )
        }
        let name = line.words[1]
        guard !ConditionWords.reserved.contains(name) else {
            return report("ACL '\(name)' is a reserved word of conditions.", at: line.origin)
        }
        guard let test = test(line.words[2...], in: "ACL '\(name)'", at: line.origin) else {
            return
        }
        draft.acls[name, default: []].append(test)
    }

    /// `use_backend TARGET [if|unless CONDITION]`.
    mutating func parse(useBackend line: BootLine, into draft: inout ProxyDraft) {
        guard line.words.count >= 2 else {
            return report("'use_backend' expects a backend name.", at: line.origin)
        }
        let name = line.words[1]
        let target: RuleConfiguration.Target
        if name.contains("%") {
            guard name.hasPrefix("%["), name.hasSuffix("]") else {
                return report(
                    "'use_backend' : '\(name)' : apus-proxy takes a name or one '%[…]' alone.",
                    at: line.origin
                )
            }
            let text = String(name.dropFirst(2).dropLast())
            guard let parsed = sample(text, in: "'use_backend'", at: line.origin) else { return }
            target = .computed(parsed.sample)
        } else {
            guard let number = backend(named: name, at: line.origin) else { return }
            target = .backend(number)
        }
        var condition: ConditionConfiguration?
        if line.words.count > 2 {
            condition = self.condition(
                line.words[2...],
                in: "'use_backend'",
                acls: draft.acls,
                at: line.origin
            )
            guard condition != nil else { return }
        }
        draft.frontend.rules.append(
            RuleConfiguration(target: target, condition: condition, origin: line.origin)
        )
    }

    /// `monitor fail if|unless CONDITION`.
    mutating func parse(monitorFail line: BootLine, into draft: inout ProxyDraft) {
        guard line.words.count > 3, line.words[1] == "fail" else {
            return report(
                "'monitor' only supports 'fail' followed by 'if' or 'unless' and a condition.",
                at: line.origin
            )
        }
        let condition = condition(
            line.words[2...],
            in: "'monitor fail'",
            acls: draft.acls,
            at: line.origin
        )
        if let condition { draft.frontend.monitorFail.append(condition) }
    }

    /// Words from `if` or `unless` to the end of the line; nil after reporting.
    mutating func condition(
        _ words: ArraySlice<String>,
        in context: String,
        acls: [String: [TestConfiguration]],
        at origin: Origin
    ) -> ConditionConfiguration? {
        guard let first = words.first, first == "if" || first == "unless" else {
            report("\(context) : expects 'if' or 'unless', not '\(words.first ?? "")'.", at: origin)
            return nil
        }
        var reader = ConditionWords(words: words.dropFirst())
        var condition = ConditionConfiguration(alternatives: [[]], isInverted: first == "unless")
        while let item = reader.next() {
            switch item {
            case .or where !condition.alternatives[condition.alternatives.count - 1].isEmpty:
                condition.alternatives.append([])
            case .or, .unterminated:
                report(
                    "\(context) : error in condition: misplaced 'or' or missing '}'.",
                    at: origin
                )
                return nil
            case .named(let name, let isNegated):
                guard let tests = acls[name] ?? ConditionWords.predefined(name) else {
                    report("\(context) : no such ACL : '\(name)'.", at: origin)
                    return nil
                }
                let term = ConditionConfiguration.Term(isNegated: isNegated, tests: tests)
                condition.alternatives[condition.alternatives.count - 1].append(term)
            case .inline(let words, let isNegated):
                guard let test = test(words, in: context, at: origin) else { return nil }
                let term = ConditionConfiguration.Term(isNegated: isNegated, tests: [test])
                condition.alternatives[condition.alternatives.count - 1].append(term)
            }
        }
        guard condition.alternatives.allSatisfy({ !$0.isEmpty }) else {
            report("\(context) : expects a condition after '\(first)' and 'or'.", at: origin)
            return nil
        }
        return condition
    }

    /// A criterion, its flags and its patterns.
    private mutating func test(_ words: ArraySlice<String>, in context: String, at origin: Origin)
        -> TestConfiguration?
    {
        guard let criterion = words.first, let parsed = sample(criterion, in: context, at: origin)
        else { return nil }
        var test = TestConfiguration(sample: parsed.sample, match: parsed.match ?? .string)
        var rest = words.dropFirst()
        while let flag = rest.first, flag.hasPrefix("-"), flag.utf8.count == 2 {
            rest = rest.dropFirst()
            if flag == "--" { break }
            switch flag {
            case "-i": test.ignoresCase = true
            case "-m":
                guard let match = rest.first.flatMap(MatchKind.init(named:)) else {
                    report(
                        "\(context) : '-m' : '\(rest.first ?? "")' is not supported by apus-proxy.",
                        at: origin
                    )
                    return nil
                }
                test.match = match
                rest = rest.dropFirst()
            case "-f":
                guard let path = rest.first, let text = readFile(path) else {
                    report(
                        "\(context) : failed to open pattern file <\(rest.first ?? "")>.",
                        at: origin
                    )
                    return nil
                }
                test.patterns += Self.patterns(of: text)
                rest = rest.dropFirst()
            default:
                report("\(context) : flag '\(flag)' is not supported by apus-proxy.", at: origin)
                return nil
            }
        }
        return finish(test, patterns: Array(rest), in: context, at: origin)
    }

    private mutating func finish(
        _ test: TestConfiguration,
        patterns: [String],
        in context: String,
        at origin: Origin
    ) -> TestConfiguration? {
        var test = test
        switch test.match {
        case .integer:
            guard case .usableServers = test.sample.fetch,
                let ranges = IntegerPatterns.ranges(of: patterns)
            else {
                report(
                    "\(context) : expects integers or ranges, after 'eq', 'ge', 'gt', 'le' or 'lt' if any.",
                    at: origin
                )
                return nil
            }
            test.ranges = ranges
        case .boolean, .found:
            guard patterns.isEmpty else {
                report("\(context) : takes no pattern, but has '\(patterns[0])'.", at: origin)
                return nil
            }
        case .string, .prefix, .suffix, .substring:
            test.patterns += patterns
            if test.patterns.isEmpty {
                report("\(context) : has no pattern and so would never match.", at: origin)
                return nil
            }
        }
        return test
    }

    /// One pattern a line.
    private static func patterns(of text: String) -> [String] {
        text.utf8.split(whereSeparator: { $0 == 10 || $0 == 13 }).compactMap { line in
            var line = line.drop { $0 == 32 || $0 == 9 }
            while let last = line.last, last == 32 || last == 9 { line = line.dropLast() }
            return line.isEmpty || line.first == UInt8(ascii: "#") ? nil : String(Substring(line))
        }
    }
}

extension MatchKind {
    /// By its name after `-m`.
    init?(named name: String) {
        switch name {
        case "str": self = .string
        case "beg": self = .prefix
        case "end": self = .suffix
        case "sub": self = .substring
        case "found": self = .found
        case "bool": self = .boolean
        case "int": self = .integer
        default: return nil
        }
    }
}

/// Integer patterns of acls: `lt 1`, `3`, `1:5`.
enum IntegerPatterns {
    /// Nil when there is none or one of them is not a number.
    static func ranges(of words: [String]) -> [ClosedRange<Int>]? {
        var comparison = "eq"
        var ranges: [ClosedRange<Int>] = []
        for word in words {
            if ["eq", "ge", "gt", "le", "lt"].contains(word) {
                comparison = word
                continue
            }
            let ends = word.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
            guard (1...2).contains(ends.count), let low = ends[0], let high = ends[ends.count - 1],
                low <= high,
                low > Int.min, high < Int.max, ends.count == 1 || comparison == "eq"
            else { return nil }
            switch comparison {
            case "ge": ranges.append(low...Int.max)
            case "gt": ranges.append(low + 1...Int.max)
            case "le": ranges.append(Int.min...low)
            case "lt": ranges.append(Int.min...low - 1)
            default: ranges.append(low...high)
            }
        }
        return ranges.isEmpty ? nil : ranges
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

    /// Acls that HAProxy defines itself, as far as we have them.
    static func predefined(_ name: String) -> [TestConfiguration]? {
        switch name {
        case "TRUE":
            return [TestConfiguration(sample: SampleConfiguration(.always), match: .boolean)]
        case "FALSE":
            return [TestConfiguration(sample: SampleConfiguration(.never), match: .boolean)]
        case "METH_GET": return methods(["GET", "HEAD"])
        case "METH_CONNECT", "METH_DELETE", "METH_HEAD", "METH_OPTIONS", "METH_POST", "METH_PUT",
            "METH_TRACE":
            return methods([String(name.dropFirst(5))])
        default: return nil
        }
    }

    private static func methods(_ names: [String]) -> [TestConfiguration] {
        var test = TestConfiguration(sample: SampleConfiguration(.method), match: .string)
        test.patterns = names
        return [test]
    }
}
