/// A `RuleBook` while the configuration is read: the same parts in arrays that grow.
package struct RuleBookDraft: Sendable {
    package var text: [UInt8] = []
    package var expressions: [Expression] = []
    package var converters: [ConverterStep] = []
    package var patterns: [Pattern] = []
    /// Expressions that were compiled once already, to see that they can be.
    package var regexes: [RegexSource] = []
    package var tests: [PatternTest] = []
    package var terms: [ConditionTerm] = []
    package var alternatives: [IndexRange] = []
    package var conditions: [Condition] = []
    package var numbers: [Int32] = []
    package var nodes: [FormatNode] = []
    package var replies: [ReplyTemplate] = []
    package var replyHeaders: [ReplyHeader] = []
    package var actions: [RuleAction] = []
    package var frontends: [ProxyRules] = []
    package var backends: [ProxyRules] = []
    /// Names of variables; the index is their number.
    package var variables: [String] = []
    private var known: [String: TextReference] = [:]

    /// A regular expression as written.
    package struct RegexSource: Hashable, Sendable {
        package let pattern: String
        package let ignoresCase: Bool
    }

    package init() {}

    /// Keeps a text once.
    package mutating func intern(_ string: String) -> TextReference {
        if let reference = known[string] { return reference }
        let reference = intern(bytes: Array(string.utf8))
        known[string] = reference
        return reference
    }

    /// Keeps bytes.
    package mutating func intern(bytes: [UInt8]) -> TextReference {
        let reference = TextReference(start: text.count, count: bytes.count)
        text += bytes
        return reference
    }

    /// The text of a reference, for tests and messages.
    package func string(_ reference: TextReference) -> String {
        let start = Int(reference.start)
        return String(decoding: text[start..<start + Int(reference.count)], as: UTF8.self)
    }

    /// The number of a regular expression.
    ///
    /// - Throws: Why it cannot be compiled.
    package mutating func regex(_ pattern: String, ignoresCase: Bool = false) throws(Regex.Mistake)
        -> Int32
    {
        let source = RegexSource(pattern: pattern, ignoresCase: ignoresCase)
        if let index = regexes.firstIndex(of: source) { return Int32(index) }
        try Regex.compile(pattern, ignoresCase: ignoresCase).free()
        regexes.append(source)
        return Int32(regexes.count - 1)
    }

    /// The number of a variable, its scope in the upper half; nil for a name without a known scope.
    package mutating func variable(_ name: String) -> Int32? {
        guard let scope = VariableScope(of: name), name.utf8.count < 256 else { return nil }
        let index = variables.firstIndex(of: name) ?? variables.count
        guard index < 65_536 else { return nil }
        if index == variables.count { variables.append(name) }
        return Int32(scope.rawValue) << 16 | Int32(index)
    }

    /// Puts a run of elements into one of the arrays and tells where it lies.
    package mutating func append<Element>(
        _ elements: [Element],
        to path: WritableKeyPath<RuleBookDraft, [Element]>
    ) -> IndexRange {
        let start = self[keyPath: path].count
        self[keyPath: path] += elements
        return IndexRange(start: start, count: elements.count)
    }

    /// Puts one element into one of the arrays and tells its index.
    package mutating func append<Element>(
        _ element: Element,
        to path: WritableKeyPath<RuleBookDraft, [Element]>
    ) -> Int32 {
        self[keyPath: path].append(element)
        return Int32(self[keyPath: path].count - 1)
    }

    /// The book for the workers; whoever holds it calls `free` once.
    package func compile() -> RuleBook {
        var book = RuleBook()
        book.text = .make(text)
        book.expressions = .make(expressions)
        book.converters = .make(converters)
        book.patterns = .make(patterns)
        book.regexes = .make(
            regexes.map { source in
                do throws(Regex.Mistake) {
                    return try Regex.compile(source.pattern, ignoresCase: source.ignoresCase)
                } catch {
                    preconditionFailure("a regex that compiled before does not: \(error)")
                }
            }
        )
        book.tests = .make(tests)
        book.terms = .make(terms)
        book.alternatives = .make(alternatives)
        book.conditions = .make(conditions)
        book.numbers = .make(numbers)
        book.nodes = .make(nodes)
        book.replies = .make(replies)
        book.replyHeaders = .make(replyHeaders)
        book.actions = .make(actions)
        book.frontends = .make(frontends)
        book.backends = .make(backends)
        book.waitsForBodies = actions.contains { $0.code == .waitForBody }
        return book
    }
}

/// How long a variable lives (configuration.txt §2.8 of 3.0).
package enum VariableScope: UInt8, BitwiseCopyable, Sendable {
    case process, session, transaction, request, response

    /// Of a variable's number.
    package init(ofNumber number: Int32) {
        self = VariableScope(rawValue: UInt8(truncatingIfNeeded: number >> 16)) ?? .transaction
    }

    /// By what stands before the first dot.
    package init?(of name: String) {
        guard let dot = name.firstIndex(of: "."), name.index(after: dot) < name.endIndex,
            name.unicodeScalars.allSatisfy({ scalar in
                switch scalar {
                case "a"..."z", "A"..."Z", "0"..."9", "_", ".": true
                default: false
                }
            })
        else { return nil }
        switch name[..<dot] {
        case "proc": self = .process
        case "sess": self = .session
        case "txn": self = .transaction
        case "req": self = .request
        case "res": self = .response
        default: return nil
        }
    }
}
