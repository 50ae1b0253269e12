/// The expressions of `.if`, `.elif` and `-cc`: predicates, `!`, `&&`, `||` and parentheses.
///
/// Hides the grammar of configuration.txt §2.4 (HAProxy 2.6). What is not there is answered with false.
package struct BootCondition {
    /// Why an expression has no answer.
    package struct Mistake: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    private var rest: Substring
    private let environment: [String: String]
    private let facts: BootFacts
    private var depth = 0

    /// Whether the expression holds.
    ///
    /// - Throws: HAProxy's words for an expression that cannot be read.
    package static func holds(
        _ text: String,
        environment: [String: String],
        facts: BootFacts = BootFacts()
    ) throws(Mistake) -> Bool {
        var reader = BootCondition(rest: text[...], environment: environment, facts: facts)
        let value = try reader.disjunction()
        reader.skipSpace()
        guard reader.rest.isEmpty else {
            throw Mistake(
                description: "unexpected character '\(reader.rest.first ?? " ")' at the end of "
                    + "conditional expression '\(text)'"
            )
        }
        return value
    }

    private init(rest: Substring, environment: [String: String], facts: BootFacts) {
        self.rest = rest
        self.environment = environment
        self.facts = facts
    }

    private mutating func disjunction() throws(Mistake) -> Bool {
        var value = try conjunction()
        while take("||") {
            // Both sides are read whatever the first says: a mistake in either is one.
            let other = try conjunction()
            value = value || other
        }
        return value
    }

    private mutating func conjunction() throws(Mistake) -> Bool {
        var value = try term()
        while take("&&") {
            let other = try term()
            value = value && other
        }
        return value
    }

    private mutating func term() throws(Mistake) -> Bool {
        depth += 1
        defer { depth -= 1 }
        guard depth < 256 else {
            throw Mistake(description: "too many levels in conditional expression")
        }
        var isNegated = false
        while take("!") { isNegated.toggle() }
        if take("(") {
            let value = try disjunction()
            guard take(")") else {
                throw Mistake(description: "expected ')' in conditional expression")
            }
            return value != isNegated
        }
        skipSpace()
        let start = rest
        let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        rest = rest.dropFirst(word.count)
        // Nothing at all is false, a number is its truth.
        if word.isEmpty, rest.isEmpty { return isNegated }
        if let number = Int(word) { return (number != 0) != isNegated }
        guard rest.first == "(", let arguments = arguments() else {
            throw Mistake(description: "unparsable conditional expression '\(start)'")
        }
        return try predicate(String(word), arguments, at: start) != isNegated
    }

    private mutating func skipSpace() {
        rest = rest.drop { $0 == " " || $0 == "\t" }
    }

    private mutating func take(_ token: String) -> Bool {
        skipSpace()
        guard rest.hasPrefix(token) else { return false }
        rest = rest.dropFirst(token.count)
        return true
    }

    /// What stands between parentheses, separated by commas; quotes protect commas and parentheses.
    private mutating func arguments() -> [String]? {
        var found = [""]
        var quote: Character?
        rest = rest.dropFirst()
        while let character = rest.popFirst() {
            if let open = quote {
                if character == open {
                    quote = nil
                } else {
                    found[found.count - 1].append(character)
                }
                continue
            }
            switch character {
            case "'", "\"": quote = character
            case ",": found.append("")
            case ")": return found
            case "\\": found[found.count - 1].append(rest.popFirst() ?? "\\")
            default: found[found.count - 1].append(character)
            }
        }
        return nil
    }

    private func predicate(_ name: String, _ words: [String], at start: Substring)
        throws(Mistake) -> Bool
    {
        let expected =
            switch name {
            case "streq", "strneq", "strstr": 2
            case "defined", "feature", "enabled", "version_atleast", "version_before",
                "openssl_version_atleast", "openssl_version_before", "ssllib_name_startswith",
                "awslc_api_atleast", "awslc_api_before":
                1
            default: 0
            }
        guard expected > 0 else {
            throw Mistake(description: "unparsable conditional expression '\(start)'")
        }
        guard words.count == expected, expected == 2 || !words[0].isEmpty else {
            throw Mistake(
                description:
                    "'\(name)' expects \(expected) argument(s) in conditional expression '\(start)'"
            )
        }
        switch name {
        case "streq": return words[0] == words[1]
        case "strneq": return words[0] != words[1]
        case "strstr": return words[1].isEmpty || words[0].contains(words[1])
        case "defined": return environment[words[0]] != nil
        case "feature": return facts.features.contains(words[0])
        case "enabled": return facts.options.contains(words[0])
        case "version_atleast": return try !isBefore(words[0])
        case "version_before": return try isBefore(words[0])
        case "ssllib_name_startswith": return facts.tlsLibrary.hasPrefix(words[0])
        case "openssl_version_atleast": return !isTLSBefore(words[0])
        case "openssl_version_before": return isTLSBefore(words[0])
        // Another library altogether.
        default: return false
        }
    }

    /// Whether the TLS library is older than a release; every one is older than what is no release.
    private func isTLSBefore(_ text: String) -> Bool {
        guard let asked = BootVersion(text), let ours = BootVersion(facts.tlsVersion) else {
            return true
        }
        return ours < asked
    }

    /// Whether this program is older than a release.
    private func isBefore(_ text: String) throws(Mistake) -> Bool {
        guard let wanted = BootVersion(text), let own = BootVersion(facts.version) else {
            throw Mistake(description: "invalid version '\(text)' in conditional expression")
        }
        return own < wanted
    }
}
