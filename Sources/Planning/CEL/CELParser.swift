/// Parses an expression by the grammar of the CEL language definition.
///
/// Left out of this subset and refused by name: message construction, optional syntax. Macros are
/// expanded here, as the definition says.
package struct CELParser {
    private let tokens: [CELToken]
    private let limits: CELLimits
    private var position = 0
    private var nesting = 0

    /// The expression, or the first place where it cannot go on.
    package static func parse(
        _ text: String,
        limits: CELLimits = CELLimits()
    ) throws(CELFailure) -> CELNode {
        guard text.utf8.count <= 4 * limits.size, text.unicodeScalars.count <= limits.size else {
            throw CELFailure("the expression is longer than \(limits.size) characters", at: 0)
        }
        let tokens = try CELLexer.tokens(of: Array(text.unicodeScalars))
        var parser = CELParser(tokens, limits)
        let node = try parser.expression()
        guard parser.current.kind == .end else {
            throw parser.unexpected("an operator or the end of the expression")
        }
        return node
    }

    private init(_ tokens: [CELToken], _ limits: CELLimits) {
        self.tokens = tokens
        self.limits = limits
    }

    // MARK: Words

    private var current: CELToken { tokens[min(position, tokens.count - 1)] }

    private func isAt(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }

    private mutating func take(_ symbol: String) -> Bool {
        guard isAt(symbol) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ symbol: String) throws(CELFailure) {
        guard take(symbol) else { throw unexpected("'\(symbol)'") }
    }

    private func unexpected(_ wanted: String) -> CELFailure {
        CELFailure("expected \(wanted), not \(current.shown)", at: current.offset)
    }

    /// A node, unless it is nested too deeply for what walks it.
    private func make(_ form: CELNode.Form, at offset: Int) throws(CELFailure) -> CELNode {
        let node = CELNode(form, at: offset)
        guard node.depth <= limits.depth else { throw tooDeep(offset) }
        return node
    }

    private func tooDeep(_ offset: Int) -> CELFailure {
        CELFailure("nested more than \(limits.depth) levels deep", at: offset)
    }

    // MARK: Operators

    private mutating func expression() throws(CELFailure) -> CELNode {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= limits.depth else { throw tooDeep(current.offset) }
        let test = try operators(above: 1)
        let offset = current.offset
        guard take("?") else { return test }
        let yes = try operators(above: 1)
        try expect(":")
        let no = try expression()
        return try make(.conditional(test, yes, no), at: offset)
    }

    private var binaryOperator: CELOperator? {
        switch current.kind {
        case .identifier("in"): .in
        case .symbol(let text):
            CELOperator(rawValue: text).flatMap { $0 == .not ? nil : $0 }
        default: nil
        }
    }

    /// Operators that bind tighter than `floor`, all of them left-associative.
    private mutating func operators(above floor: Int) throws(CELFailure) -> CELNode {
        var left = try unary()
        while let symbol = binaryOperator, symbol.precedence > floor {
            let offset = current.offset
            position += 1
            let right = try operators(above: symbol.precedence)
            left = try make(.binary(symbol, left, right), at: offset)
        }
        return left
    }

    private mutating func unary() throws(CELFailure) -> CELNode {
        var signs: [(CELOperator, Int)] = []
        if isAt("!") || isAt("-") {
            let symbol: CELOperator = isAt("!") ? .not : .negate
            while isAt(symbol.symbol) {
                signs.append((symbol, current.offset))
                position += 1
            }
        }
        // The sign belongs to the number: the smallest integer has no positive twin.
        var isNegative = false
        if signs.last?.0 == .negate {
            switch current.kind {
            case .integer, .double:
                isNegative = true
                signs.removeLast()
            default: break
            }
        }
        guard signs.count <= limits.depth else { throw tooDeep(current.offset) }
        var node = try member(try primary(isNegative: isNegative))
        for sign in signs.reversed() {
            let (symbol, offset) = sign
            node = try make(.unary(symbol, node), at: offset)
        }
        return node
    }

    // MARK: Members

    private mutating func member(_ primary: CELNode) throws(CELFailure) -> CELNode {
        var node = primary
        while true {
            let offset = current.offset
            if take(".") {
                if take("?") {
                    throw CELFailure("optional fields (.?) are not supported", at: offset)
                }
                node = try selection(of: node)
            } else if take("[") {
                if isAt("?") {
                    throw CELFailure("optional elements ([?]) are not supported", at: offset)
                }
                let index = try expression()
                try expect("]")
                node = try make(.index(node, index), at: offset)
            } else if isAt("{"), node.isName {
                throw CELFailure(
                    "message construction is not supported: there are no messages to construct",
                    at: offset
                )
            } else {
                return node
            }
        }
    }

    private mutating func selection(of node: CELNode) throws(CELFailure) -> CELNode {
        let offset = current.offset
        switch current.kind {
        case .quotedIdentifier(let name):
            position += 1
            return try make(.select(node, field: name), at: offset)
        case .identifier(let name) where !Self.keywords.contains(name):
            position += 1
            guard take("(") else { return try make(.select(node, field: name), at: offset) }
            let arguments = try list(until: ")", allowsTrailingComma: false)
            if let macro = try macro(name, of: node, arguments, at: offset) { return macro }
            return try make(.memberCall(node, name, arguments), at: offset)
        default: throw unexpected("the name of a field or a function")
        }
    }

    private mutating func list(
        until end: String,
        allowsTrailingComma: Bool = true
    ) throws(CELFailure) -> [CELNode] {
        var nodes: [CELNode] = []
        while !isAt(end) {
            if isAt("?") {
                throw CELFailure("optional elements are not supported", at: current.offset)
            }
            nodes.append(try expression())
            guard take(",") else { break }
            if !allowsTrailingComma, isAt(end) { throw unexpected("an expression") }
        }
        try expect(end)
        return nodes
    }

    // MARK: Primaries

    private static let keywords: Set<String> = ["true", "false", "null", "in"]
    private static let reserved: Set<String> = [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let",
        "loop", "package", "namespace", "return", "var", "void", "while",
    ]

    private mutating func primary(isNegative: Bool) throws(CELFailure) -> CELNode {
        let token = current
        position += 1
        switch token.kind {
        case .integer(let magnitude):
            return try literal(integer(magnitude, isNegative, token), token)
        case .unsigned(let number): return try literal(.uint(number), token)
        case .double(let number): return try literal(.double(isNegative ? -number : number), token)
        case .string(let text): return try literal(.string(text), token)
        case .bytes(let bytes): return try literal(.bytes(bytes), token)
        case .identifier("true"): return try literal(.bool(true), token)
        case .identifier("false"): return try literal(.bool(false), token)
        case .identifier("null"): return try literal(.null, token)
        case .identifier(let name): return try named(name, token)
        case .symbol("."):
            guard case .identifier(let name) = current.kind else { throw unexpected("a name") }
            position += 1
            return try named(name, tokens[position - 1])
        case .symbol("("):
            let node = try expression()
            try expect(")")
            return node
        case .symbol("["): return try make(.list(list(until: "]")), at: token.offset)
        case .symbol("{"): return try make(.map(entries()), at: token.offset)
        default:
            position -= 1
            throw unexpected("an expression")
        }
    }

    private func literal(_ value: CELLiteral, _ token: CELToken) throws(CELFailure) -> CELNode {
        try make(.literal(value), at: token.offset)
    }

    private func integer(_ magnitude: UInt64, _ isNegative: Bool, _ token: CELToken)
        throws(CELFailure) -> CELLiteral
    {
        if isNegative, magnitude == 1 << 63 { return .int(.min) }
        guard let number = Int64(exactly: magnitude) else {
            throw CELFailure("the number is not in the range of int", at: token.offset)
        }
        return .int(isNegative ? -number : number)
    }

    private mutating func named(_ name: String, _ token: CELToken) throws(CELFailure) -> CELNode {
        guard !Self.reserved.contains(name), !Self.keywords.contains(name) else {
            throw CELFailure("'\(name)' is a reserved word", at: token.offset)
        }
        guard take("(") else { return try make(.identifier(name), at: token.offset) }
        let arguments = try list(until: ")", allowsTrailingComma: false)
        guard name == "has" else { return try make(.call(name, arguments), at: token.offset) }
        guard arguments.count == 1, case .select(let node, let field) = arguments[0].form else {
            throw CELFailure("has() takes one field, such as has(a.b)", at: token.offset)
        }
        return try make(.has(node, field: field), at: arguments[0].offset)
    }

    private mutating func entries() throws(CELFailure) -> [CELEntry] {
        var entries: [CELEntry] = []
        while !isAt("}") {
            if isAt("?") {
                throw CELFailure("optional entries are not supported", at: current.offset)
            }
            let key = try expression()
            try expect(":")
            entries.append(CELEntry(key: key, value: try expression()))
            guard take(",") else { break }
        }
        try expect("}")
        return entries
    }

    // MARK: Macros

    /// A call that is a macro by its name and number of arguments; nil when it is an ordinary one.
    private func macro(
        _ name: String,
        of range: CELNode,
        _ arguments: [CELNode],
        at offset: Int
    ) throws(CELFailure) -> CELNode? {
        guard let kind = name == "existsOne" ? .existsOne : CELMacro.Kind(rawValue: name),
            arguments.count == 2 || (kind == .map && arguments.count == 3)
        else { return nil }
        guard case .identifier(let variable) = arguments[0].form else {
            throw CELFailure(
                "the first argument of \(name)() must be a simple name",
                at: arguments[0].offset
            )
        }
        let macro = CELMacro(
            kind: kind,
            range: range,
            variable: variable,
            body: arguments[1],
            transform: arguments.count == 3 ? arguments[2] : nil
        )
        return try make(.macro(macro), at: offset)
    }
}

extension CELNode {
    /// `a` or `a.b.c`: what could name a message type.
    fileprivate var isName: Bool {
        switch form {
        case .identifier: true
        case .select(let node, _): node.isName
        default: false
        }
    }
}
