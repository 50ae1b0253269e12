/// Every expression, condition, format and action of the configuration as flat arrays in raw memory.
///
/// Parts name one another by index, so workers evaluate rules without classes, allocation or reference
/// counts. Made once by `RuleBookDraft.compile`; never changes afterwards.
package struct RuleBook: BitwiseCopyable {
    /// All text of the rules, one behind the other.
    package var text: RawText = .empty
    package var expressions: RawArray<Expression> = .empty
    package var converters: RawArray<ConverterStep> = .empty
    package var patterns: RawArray<Pattern> = .empty
    package var regexes: RawArray<Regex> = .empty
    package var tests: RawArray<PatternTest> = .empty
    package var terms: RawArray<ConditionTerm> = .empty
    /// Each a range of `terms` that have to hold together.
    package var alternatives: RawArray<IndexRange> = .empty
    package var conditions: RawArray<Condition> = .empty
    /// Lists of indices: tests of a term, maps of a test.
    package var numbers: RawArray<Int32> = .empty
    package var nodes: RawArray<FormatNode> = .empty
    package var replies: RawArray<ReplyTemplate> = .empty
    package var replyHeaders: RawArray<ReplyHeader> = .empty
    package var actions: RawArray<RuleAction> = .empty
    /// By frontend number.
    package var frontends: RawArray<ProxyRules> = .empty
    /// By backend number.
    package var backends: RawArray<ProxyRules> = .empty
    /// Some rule looks whether a body is there.
    package var waitsForBodies = false

    package init() {}

    /// The bytes a reference names.
    @inline(__always)
    package subscript(reference: TextReference) -> ByteSlice {
        let start = Int(reference.start)
        return text.slice[start..<start + Int(reference.count)]
    }

    /// Gives all memory back; no reader may be left.
    package func free() {
        for index in regexes.indices { regexes[index].free() }
        text.free()
        expressions.free()
        converters.free()
        patterns.free()
        regexes.free()
        tests.free()
        terms.free()
        alternatives.free()
        conditions.free()
        numbers.free()
        nodes.free()
        replies.free()
        replyHeaders.free()
        actions.free()
        frontends.free()
        backends.free()
    }
}

/// A stretch of the book's text.
package struct TextReference: BitwiseCopyable, Hashable, Sendable {
    package var start: Int32 = 0
    package var count: Int32 = 0

    package init() {}

    package init(start: Int, count: Int) {
        self.start = Int32(start)
        self.count = Int32(count)
    }

    package var isEmpty: Bool { count == 0 }
}

/// A stretch of one of the book's arrays.
package struct IndexRange: BitwiseCopyable, Hashable, Sendable {
    package var start: Int32 = 0
    package var count: Int32 = 0

    package init() {}

    package init(start: Int, count: Int) {
        self.start = Int32(start)
        self.count = Int32(count)
    }

    package var isEmpty: Bool { count == 0 }
    @inline(__always) package var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
}

/// What a fetch or a converter was given in parentheses.
package struct StepArguments: BitwiseCopyable, Sendable {
    package var text = TextReference()
    package var second = TextReference()
    package var number: Int64 = 0
    package var other: Int64 = 0
    /// A backend, map, regular expression or variable by number; -1 for none.
    package var place: Int32 = -1
    /// How many arguments there were.
    package var count: UInt8 = 0

    package init() {}
}

/// A fetch and the converters after it.
package struct Expression: BitwiseCopyable, Sendable {
    package var fetch: FetchCode = .alwaysFalse
    /// Of a fetch of TLS.
    package var tls = TLSFact()
    package var arguments = StepArguments()
    package var converters = IndexRange()
    /// What comes out in the end.
    package var kind: Sample.Kind = .any

    package init() {}
}

/// One converter with its arguments.
package struct ConverterStep: BitwiseCopyable, Sendable {
    package var code: ConverterCode
    /// What the value is cast to before.
    package var input: Sample.Kind = .any
    /// For maps: the type of the values and the way keys match.
    package var output: Sample.Kind = .any
    package var match: MatchKind = .string
    package var arguments = StepArguments()

    package init(_ code: ConverterCode) { self.code = code }
}

/// How a pattern and a sample are compared (`-m`).
package enum MatchKind: UInt8, BitwiseCopyable, Sendable {
    case string, prefix, suffix, substring, found, integer, boolean
    case directory, domain, address, regex, length, binary
}

/// One pattern, parsed for its way of matching.
package struct Pattern: BitwiseCopyable, Sendable {
    package var text = TextReference()
    /// Integers: both ends belong to the range.
    package var lower: Int64 = 0
    package var upper: Int64 = 0
    /// Addresses: the network, its family and the length of its mask.
    package var family: Sample.Kind = .none
    package var high: UInt64 = 0
    package var low: UInt64 = 0
    package var maskLength: UInt8 = 0
    package var regex: Int32 = -1

    package init() {}
}

/// One comparison of an expression with patterns, any of which may match.
package struct PatternTest: BitwiseCopyable, Sendable {
    package var expression: Int32 = -1
    package var match: MatchKind = .string
    package var ignoresCase = false
    package var patterns = IndexRange()
    /// Pattern files, as numbers of maps.
    package var lists = IndexRange()

    package init() {}
}

/// One acl of a condition: any of its tests satisfies it.
package struct ConditionTerm: BitwiseCopyable, Sendable {
    package var isNegated = false
    package var tests = IndexRange()

    package init() {}
}

/// `if` or `unless` and what follows; without alternatives it always holds.
package struct Condition: BitwiseCopyable, Sendable {
    package var alternatives = IndexRange()
    /// `unless`.
    package var isInverted = false

    package init() {}
}

/// One piece of a log-format.
package struct FormatNode: BitwiseCopyable, Sendable {
    /// What it prints.
    package enum Kind: UInt8, BitwiseCopyable, Sendable { case literal, expression, alias }

    package var kind: Kind = .literal
    package var text = TextReference()
    package var expression: Int32 = -1
    package var alias: LogAlias = .clientAddress
    package var quotes = false
    package var escapes = false
    package var isHexadecimal = false
    /// `+M`: print a dash instead of nothing.
    package var isMandatory = false

    package init() {}
}

/// An answer of the proxy itself.
package struct ReplyTemplate: BitwiseCopyable, Sendable {
    package var status: Int32 = 200
    package var contentType = TextReference()
    package var headers = IndexRange()
    package var body = TextReference()
    /// A computed body, if not empty.
    package var bodyFormat = IndexRange()
    /// A whole response from an error file, header and all; `body` is its text then.
    package var isWhole = false
    /// Nothing was said about the answer: the error page of its status is sent.
    package var isDefault = false

    package init() {}
}

/// One header field of an answer.
package struct ReplyHeader: BitwiseCopyable, Sendable {
    package var name = TextReference()
    package var value = IndexRange()

    package init() {}
}

/// One `http-request`, `http-response`, `tcp-request`, `use_backend` … line.
package struct RuleAction: BitwiseCopyable, Sendable {
    package var code: ActionCode
    /// In `conditions`, -1 to apply always.
    package var condition: Int32 = -1
    /// A header's or a map's name.
    package var text = TextReference()
    package var format = IndexRange()
    package var second = IndexRange()
    package var expression: Int32 = -1
    package var regex: Int32 = -1
    package var reply: Int32 = -1
    /// A variable, a capture slot, a backend, a status.
    package var number: Int64 = -1
    package var other: Int64 = 0

    package init(_ code: ActionCode) { self.code = code }
}

/// What a rule does when its condition holds.
package enum ActionCode: UInt8, BitwiseCopyable, Sendable {
    case allow, deny, reply, redirect, reject
    case setHeader, addHeader, deleteHeader, replaceHeader, replaceValue
    case setPath, setPathAndQuery, setQuery, setURI, setMethod
    case replacePath, replacePathAndQuery, replaceURI
    case setVariable, formatVariable, unsetVariable
    case setStatus, setLogLevel, setSource, setSourcePort, setDestination, setDestinationPort
    case capture, strictMode, useBackend
    case tarpit, silentDrop, waitForBody, earlyHint, setTrafficClass, setMark, setNice
    case useServer, forcePersistence, ignorePersistence
    case setEntry, removeEntry
}

/// The rules of one frontend or backend, as ranges of `actions`.
package struct ProxyRules: BitwiseCopyable, Sendable {
    package var name = TextReference()
    package var id: Int32 = 0
    package var connection = IndexRange()
    package var session = IndexRange()
    package var content = IndexRange()
    package var request = IndexRange()
    package var routing = IndexRange()
    /// `use-server`.
    package var servers = IndexRange()
    /// `force-persist` and `ignore-persist`.
    package var persistence = IndexRange()
    package var responseContent = IndexRange()
    package var response = IndexRange()
    /// `capture response header`, before every other rule.
    package var responseHeads = IndexRange()
    package var afterResponse = IndexRange()
    /// Ranges of `conditions`: any makes the monitor fail.
    package var monitorFail = IndexRange()
    /// Answers that replace the built-in ones, in `replies`.
    package var errorReplies = IndexRange()
    package var uniqueID = IndexRange()
    package var uniqueIDHeader = TextReference()
    package var logFormat = IndexRange()
    /// Slots of `capture request header` and `capture response header`.
    package var requestCaptures: UInt8 = 0
    package var responseCaptures: UInt8 = 0
    /// `timeout inspect-delay` of `tcp-request`, in milliseconds.
    package var inspectDelay: UInt32 = 0

    package init() {}

    /// A request passes without any rule being looked at before routing.
    package var hasRequestRules: Bool { !content.isEmpty || !request.isEmpty }
    /// A response is looked at, or changed, by rules.
    package var hasResponseRules: Bool {
        !responseContent.isEmpty || !response.isEmpty || !afterResponse.isEmpty
            || !responseHeads.isEmpty
    }
    /// The request line has to be kept, for logs and `capture.req.*`.
    package var keepsRequest = false
    /// In `numbers`: targets of the log.
    package var logTargets = IndexRange()
    /// `option dontlog-normal`.
    package var leavesOutNormal = false
    /// Of connections whose handshake failed.
    package var errorLogFormat = IndexRange()
    /// It is HAProxy's, which the listener's name and the error follow.
    package var namesError = false
    /// `option dontlognull`.
    package var leavesOutEmpty = false
    /// `option log-separate-errors`.
    package var separatesErrors = false
    /// `option logasap`: lines are written when a response's header goes out, or a TCP connection stands.
    package var logsEarly = false
}
