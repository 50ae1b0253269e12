import Model

/// What expressions and rules name by name: other parts of the configuration.
package struct RuleScope: Sendable {
    /// Numbers by name.
    package var backends: [String: Int] = [:]
    /// Numbers by name.
    package var frontends: [String: Int] = [:]
    package var environment: [String: String] = [:]
    /// Pages of `http-errors` sections by name, in `RuleBookDraft.replies`.
    package var errorSections: [String: [Int32]] = [:]
    /// The proxy the line stands in, for fetches without an argument; -1 for none.
    package var ownBackend = -1
    package var ownFrontend = -1

    package init() {}
}

/// Why a part of a rule cannot be used.
package struct RuleMistake: Error, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// Reads expressions, conditions, formats and actions into a draft (configuration.txt §4.2, §7, §8.2.4).
///
/// Every method throws the first mistake of its line; what was put into the draft before does no harm.
struct RuleParser {
    var draft: RuleBookDraft
    var catalog: MapCatalog
    var scope = RuleScope()
    /// Tests by acl name; several lines of one name are alternatives.
    var acls: [String: [Int32]] = [:]
    var origin = Origin(file: "", line: 0, column: 0)

    /// What was read: the expression's number and what the name of its fetch implies for acls (`path_beg`).
    struct Parsed {
        var index: Int32
        var kind: Sample.Kind
        var match: MatchKind?
    }

    /// Fetches that may carry a way of matching in their name.
    private static let matchable: Set<String> = [
        "path", "url", "base", "hdr", "req.hdr", "res.hdr", "shdr", "cook", "req.cook", "scook",
        "res.cook", "urlp", "url_param", "query", "req.fhdr", "capture.req.uri",
    ]
    private static let suffixes: [(String, MatchKind)] = [
        ("_beg", .prefix), ("_end", .suffix), ("_sub", .substring), ("_dir", .directory),
        ("_dom", .domain), ("_reg", .regex), ("_len", .length),
    ]

    /// Reads one expression.
    ///
    /// - Throws: What is wrong with it, in HAProxy's words where it has them.
    mutating func expression(_ text: String) throws(RuleMistake) -> Parsed {
        var scanner = CallScanner(text)
        let (name, arguments) = try scanner.call()
        guard !name.isEmpty else { throw RuleMistake("missing fetch method") }
        var keyword = FetchKeyword.byName[name]
        var match: MatchKind?
        if keyword == nil {
            for (suffix, kind) in Self.suffixes where name.hasSuffix(suffix) {
                let base = String(name.dropLast(4))
                guard Self.matchable.contains(base) else { continue }
                keyword = FetchKeyword.byName[base]
                match = kind
            }
        }
        guard let keyword else { throw RuleMistake("unknown fetch method '\(name)'") }
        var expression = Expression()
        expression.fetch = keyword.code
        expression.tls = keyword.tls
        expression.arguments = try read(
            arguments,
            of: keyword.name,
            kinds: keyword.arguments,
            required: keyword.required
        )
        expression.kind = keyword.kind
        try settle(&expression, keyword)
        var steps: [ConverterStep] = []
        while scanner.takesComma() {
            let (name, arguments) = try scanner.call()
            let step = try converter(name, arguments, after: expression.kind)
            expression.kind = step.output == .any ? expression.kind : step.output
            if step.code == .map { expression.kind = step.output }
            steps.append(step)
        }
        guard scanner.isAtEnd else {
            throw RuleMistake("unexpected character after expression in '\(text)'")
        }
        expression.converters = draft.append(steps, to: \.converters)
        let index = draft.append(expression, to: \.expressions)
        return Parsed(index: index, kind: expression.kind, match: match)
    }

    /// Puts arguments where evaluation looks for them.
    private mutating func read(
        _ words: [String],
        of name: String,
        kinds: [ArgumentKind],
        required: Int
    ) throws(RuleMistake) -> StepArguments {
        var words = words
        while words.count > required, words.last == "" { words.removeLast() }
        guard words.count <= kinds.count else {
            throw RuleMistake(
                "end of arguments expected at position \(kinds.count + 1), but got '\(words[kinds.count])' in '\(name)'"
            )
        }
        guard words.count >= required else {
            throw RuleMistake(
                "missing arguments (got \(words.count)/\(required)) in '\(name)'"
            )
        }
        var made = StepArguments()
        made.count = UInt8(words.count)
        var texts = 0
        var numbers = 0
        for (word, kind) in zip(words, kinds) {
            switch kind {
            case .text, .address:
                if texts == 0 { made.text = draft.intern(word) }
                if texts == 1 { made.second = draft.intern(word) }
                // A third text: its length and place as numbers.
                if texts == 2 {
                    let third = draft.intern(word)
                    made.number = Int64(third.start)
                    made.other = Int64(third.count)
                }
                texts += 1
            case .integer:
                guard let number = Self.integer(word) else {
                    throw RuleMistake("failed to parse '\(word)' as an integer in '\(name)'")
                }
                if numbers == 0 { made.number = number } else { made.other = number }
                numbers += 1
            default: try resolve(word, kind, of: name, into: &made)
            }
        }
        return made
    }

    private static func integer(_ word: String) -> Int64? {
        if word.hasPrefix("0x") { return Int64(word.dropFirst(2), radix: 16) }
        return Int64(word)
    }

    /// Arguments that name something.
    private mutating func resolve(
        _ word: String,
        _ kind: ArgumentKind,
        of name: String,
        into made: inout StepArguments
    ) throws(RuleMistake) {
        switch kind {
        case .backend, .frontend:
            let table = kind == .backend ? scope.backends : scope.frontends
            guard let number = table[word] else {
                throw RuleMistake("unable to find proxy '\(word)' referenced in '\(name)'")
            }
            made.place = Int32(number)
        case .variable, .operand:
            if kind == .operand, let number = Self.integer(word) {
                made.number = number
                return
            }
            guard let number = draft.variable(word) else {
                throw RuleMistake(
                    "invalid variable name '\(word)' in '\(name)': a variable name must be start by its scope, "
                        + "which may be 'proc', 'sess', 'txn', 'req' or 'res'"
                )
            }
            made.place = number
        // Regular expressions are compiled when their flags are known.
        default: break
        }
    }

    /// What depends on more than one argument.
    private mutating func settle(_ expression: inout Expression, _ keyword: FetchKeyword)
        throws(RuleMistake)
    {
        let text = draft.string(expression.arguments.text)
        switch keyword.code {
        case .tls:
            let format = draft.string(expression.arguments.second)
            guard format.isEmpty || format == "rfc2253" else {
                throw RuleMistake("only rfc2253 or a blank value are currently supported")
            }
        case .requestHeader, .requestFullHeader, .requestHeaderCount, .requestFullHeaderCount,
            .requestHeaderAddress, .requestHeaderInteger, .responseHeader, .responseFullHeader,
            .responseHeaderCount, .responseFullHeaderCount, .responseHeaderAddress,
            .responseHeaderInteger:
            expression.arguments.text = draft.intern(text.lowercased())
            guard abs(expression.arguments.number) <= 10 || keyword.arguments.count < 2 else {
                throw RuleMistake("occurrence has to be between -10 and 10 in '\(keyword.name)'")
            }
        case .constantBoolean:
            guard ["true", "false", "1", "0"].contains(text.lowercased()) else {
                throw RuleMistake("cannot parse boolean '\(text)'")
            }
            expression.arguments.number = ["true", "1"].contains(text.lowercased()) ? 1 : 0
        case .constantAddress:
            let bytes = Array(text.utf8)
            let address = bytes.span.withSlice { Sample(parsing: $0) }
            guard address.kind == keyword.kind else {
                throw RuleMistake("failed to parse '\(text)' as an address in '\(keyword.name)'")
            }
            expression.arguments.number = Int64(bitPattern: address.low)
            expression.arguments.other = Int64(bitPattern: address.high)
        case .constantBinary:
            guard let bytes = Self.unhexed(text) else {
                throw RuleMistake("'\(text)' is not hexadecimal in '\(keyword.name)'")
            }
            expression.arguments.text = draft.intern(bytes: bytes)
        case .environment:
            let value = scope.environment[text]
            expression.arguments.text = draft.intern(value ?? "")
            expression.arguments.count = value == nil ? 0 : 1
        case .usableServers, .backendConnections, .freeConnections:
            if expression.arguments.place < 0 {
                expression.arguments.place = Int32(scope.ownBackend)
            }
        case .frontendConnections:
            if expression.arguments.place < 0 {
                expression.arguments.place = Int32(scope.ownFrontend)
            }
        case .date:
            try settleUnit(&expression.arguments, of: keyword.name)
        default: break
        }
    }

    /// `s`, `ms` or `us` as the number of them in a second, in `other`.
    private func settleUnit(_ arguments: inout StepArguments, of name: String) throws(RuleMistake) {
        switch draft.string(arguments.text) {
        case "", "s": arguments.other = 1
        case "ms": arguments.other = 1000
        case "us": arguments.other = 1_000_000
        case let unit: throw RuleMistake("unknown unit '\(unit)' in '\(name)'")
        }
    }

    /// Bytes from pairs of hexadecimal digits.
    static func unhexed(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map { ASCII.hexadecimal($0) }
        guard digits.count % 2 == 0, !digits.contains(-1) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }
}

extension RuleParser {
    /// One converter, checked against the type that comes in.
    mutating func converter(_ name: String, _ words: [String], after kind: Sample.Kind)
        throws(RuleMistake) -> ConverterStep
    {
        if name == "map" || name.hasPrefix("map_") {
            return try mapConverter(name, words, after: kind)
        }
        guard let keyword = ConverterKeyword.byName[name] else {
            throw RuleMistake("unknown converter '\(name)'")
        }
        guard kind.casts(to: keyword.input) else {
            throw RuleMistake(
                "converter '\(name)' cannot be applied: \(kind.name) is not \(keyword.input.name)"
            )
        }
        var step = ConverterStep(keyword.code)
        step.input = keyword.input
        step.output = keyword.output
        step.arguments = try read(
            words,
            of: name,
            kinds: keyword.arguments,
            required: keyword.required
        )
        try settle(&step, words, name)
        return step
    }

    private mutating func settle(_ step: inout ConverterStep, _ words: [String], _ name: String)
        throws(RuleMistake)
    {
        switch step.code {
        case .field, .word:
            // Without a count it is one part.
            if words.count < 3 { step.arguments.other = 1 }
            guard !step.arguments.text.isEmpty else {
                throw RuleMistake("invalid args in conv method '\(name)': missing delimiters")
            }
            guard step.arguments.number != 0 else {
                throw RuleMistake("invalid args in conv method '\(name)': invalid index")
            }
        case .regsub:
            let flags = words.count > 2 ? words[2] : ""
            guard flags.allSatisfy({ "gi".contains($0) }) else {
                throw RuleMistake("invalid regex flag in '\(flags)', only 'i' and 'g' are allowed")
            }
            do throws(Regex.Mistake) {
                step.arguments.place = try draft.regex(words[0], ignoresCase: flags.contains("i"))
            } catch {
                throw RuleMistake("\(error)")
            }
            step.arguments.text = draft.intern(words[1])
            step.arguments.number = flags.contains("g") ? 1 : 0
        case .concat, .addItem:
            let position = 1
            step.arguments.place = -1
            if words.count > position, !words[position].isEmpty {
                guard let number = draft.variable(words[position]) else {
                    throw RuleMistake("invalid variable name '\(words[position])' in '\(name)'")
                }
                step.arguments.place = number
            }
        case .addressMask: try settleMask(&step, words)
        case .date:
            try settleUnit(&step.arguments, of: name)
        case .bigEndianDecimal, .bigEndianHexadecimal:
            if words.count > 1, step.arguments.number <= 0 || step.arguments.number > 8 {
                throw RuleMistake("byte count has to be between 1 and 8 in '\(name)'")
            }
        case .json:
            guard ["", "ascii", "utf8", "utf8s", "utf8p", "utf8ps"].contains(words.first ?? "")
            else {
                throw RuleMistake("unexpected input-code type '\(words[0])' in 'json'")
            }
        case .digest, .keyedDigest: try settleDigest(&step, words, name)
        case .urlEncode:
            guard ["", "query"].contains(words.first ?? "") else {
                throw RuleMistake("unexpected encoding type '\(words[0])' in 'url_enc'")
            }
        default: break
        }
    }

    /// Which digest, and its key: a variable, or bytes in base64.
    private mutating func settleDigest(
        _ step: inout ConverterStep,
        _ words: [String],
        _ name: String
    ) throws(RuleMistake) {
        let method =
            switch name {
            case "sha1": name
            case "sha2": "sha\(words.isEmpty ? 256 : step.arguments.number)"
            default: words[0]
            }
        guard let digest = MessageDigest(named: method) else {
            throw RuleMistake("unsupported algorithm '\(words[0])' in '\(name)'")
        }
        step.arguments.number = Int64(digest.rawValue)
        guard step.code == .keyedDigest else { return }
        step.arguments.place = -1
        if let number = draft.variable(words[1]) {
            step.arguments.place = number
        } else {
            guard let key = Base64.decoded(words[1]) else {
                throw RuleMistake("'\(name)' : the key is neither a variable nor base64")
            }
            step.arguments.second = draft.intern(bytes: key)
        }
    }

    private func settleMask(_ step: inout ConverterStep, _ words: [String]) throws(RuleMistake) {
        guard let short = Self.maskLength(words[0], of: 32) else {
            throw RuleMistake("invalid IPv4 mask '\(words[0])' in 'ipmask'")
        }
        var long = 128
        if words.count > 1 {
            guard let length = Self.maskLength(words[1], of: 128) else {
                throw RuleMistake("invalid IPv6 mask '\(words[1])' in 'ipmask'")
            }
            long = length
        }
        step.arguments.number = Int64(short)
        step.arguments.other = Int64(long)
    }

    /// The length of a mask given as a number or as an address whose ones lie in front.
    static func maskLength(_ text: String, of width: Int) -> Int? {
        if let length = Int(text) { return (0...width).contains(length) ? length : nil }
        let bytes = Array(text.utf8)
        let mask = bytes.span.withSlice { Sample(parsing: $0) }
        switch (mask.kind, width) {
        case (.ipv4, 32):
            let bits = UInt32(truncatingIfNeeded: mask.low)
            let length = (~bits).leadingZeroBitCount
            return bits == (length == 0 ? 0 : ~UInt32(0) << UInt32(32 - length)) ? length : nil
        case (.ipv6, 128):
            let front = (~mask.high).leadingZeroBitCount
            return front < 64 ? (mask.low == 0 ? front : nil) : 64 + (~mask.low).leadingZeroBitCount
        default: return nil
        }
    }

    /// `map`, `map_beg`, `map_str_int`, …: how keys match, then the type of the values.
    private mutating func mapConverter(_ name: String, _ words: [String], after kind: Sample.Kind)
        throws(RuleMistake) -> ConverterStep
    {
        let parts = name.split(separator: "_").map(String.init)
        var step = ConverterStep(.map)
        step.output = .string
        let outputs: [String: Sample.Kind] = ["str": .string, "int": .integer, "ip": .address]
        guard parts.count <= 3, let match = parts.count < 2 ? .string : MatchKind(named: parts[1]),
            match != .found, match != .boolean, match != .binary,
            let output = parts.count < 3 ? .string : outputs[parts[2]]
        else {
            // `map_regm` prints groups of the match into the value.
            throw RuleMistake("unknown converter '\(name)'")
        }
        step.match = match
        step.output = output
        step.input =
            switch match {
            case .integer: .integer
            case .address: .address
            default: .string
            }
        guard kind.casts(to: step.input) else {
            throw RuleMistake(
                "converter '\(name)' cannot be applied: \(kind.name) is not \(step.input.name)"
            )
        }
        guard (1...2).contains(words.count), !words[0].isEmpty else {
            throw RuleMistake("missing arguments (got 0/1) in '\(name)'")
        }
        step.arguments.place = Int32(
            try catalog.number(of: words[0], match: match, isMap: true, at: origin)
        )
        step.arguments.count = UInt8(words.count)
        if words.count > 1 {
            step.arguments.text = draft.intern(words[1])
            try checkDefault(words[1], output, name)
            step.arguments.number = Int64(scope.backends[words[1]] ?? -1)
        }
        return step
    }

    private func checkDefault(_ word: String, _ output: Sample.Kind, _ name: String)
        throws(RuleMistake)
    {
        let bytes = Array(word.utf8)
        let isRight = bytes.span.withSlice { slice in
            switch output {
            case .integer: slice.decimal != nil
            case .address: Sample(parsing: slice).isPresent
            default: true
            }
        }
        if !isRight { throw RuleMistake("invalid default value '\(word)' in '\(name)'") }
    }
}

extension MatchKind {
    /// By its name after `-m` and in `map_NAME`.
    package init?(named name: String) {
        switch name {
        case "str": self = .string
        case "beg": self = .prefix
        case "end": self = .suffix
        case "sub": self = .substring
        case "found": self = .found
        case "bool": self = .boolean
        case "int": self = .integer
        case "dir": self = .directory
        case "dom": self = .domain
        case "ip": self = .address
        case "reg": self = .regex
        case "len": self = .length
        case "bin": self = .binary
        default: return nil
        }
    }
}
