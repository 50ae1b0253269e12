extension RuleParser {
    /// What a format is for: it decides how values are written where the format says nothing.
    enum FormatUse { case log, value }

    /// Reads a log-format string (configuration.txt §8.2.4, HAProxy 2.6).
    mutating func format(_ text: String, for use: FormatUse = .value) throws(RuleMistake)
        -> IndexRange
    {
        var nodes: [FormatNode] = []
        var literal: [UInt8] = []
        var options = FormatNode()
        options.isMandatory = use == .log
        var rest = Array(text.utf8)[...]
        func flush(_ draft: inout RuleBookDraft) {
            guard !literal.isEmpty else { return }
            var node = FormatNode()
            node.text = draft.intern(bytes: literal)
            nodes.append(node)
            literal = []
        }
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                let isRepeatedSpace =
                    use == .log && byte == 32 && (literal.last ?? (nodes.isEmpty ? 32 : 0)) == 32
                if !isRepeatedSpace { literal.append(byte) }
                continue
            }
            if rest.first == UInt8(ascii: "%") {
                rest = rest.dropFirst()
                literal.append(byte)
                continue
            }
            var node = options
            if rest.first == UInt8(ascii: "{") { try flags(&rest, into: &node) }
            if rest.first == UInt8(ascii: "[") {
                flush(&draft)
                let text = try Self.bracketed(&rest)
                let parsed = try expression(text)
                guard parsed.kind.casts(to: .string) else {
                    throw RuleMistake("sample expression '\(text)' has no text form")
                }
                node.kind = .expression
                // In headers and bodies an expression is written as it is (2.6).
                if use == .value { (node.quotes, node.escapes) = (false, false) }
                node.expression = parsed.index
                nodes.append(node)
                continue
            }
            let name = rest.prefix { ASCII.isToken($0) && $0 != 37 && ($0 | 0x20) &- 97 < 26 }
            rest = rest.dropFirst(name.count)
            let word = String(decoding: name, as: UTF8.self)
            if word == "o" {
                options = node
                continue
            }
            flush(&draft)
            try nodes.append(alias(word, node))
        }
        flush(&draft)
        return draft.append(nodes, to: \.nodes)
    }

    private func alias(_ word: String, _ node: FormatNode) throws(RuleMistake) -> FormatNode {
        guard let alias = LogAlias.byName[word], !word.isEmpty else {
            throw RuleMistake(
                "no such format alias '\(word)'. If you wanted to emit the '%' character verbatim, you need to use '%%'"
            )
        }
        guard alias != .backendSourceAddress, alias != .backendSourcePort else {
            throw RuleMistake("format alias '%\(word)' is not supported by apus-proxy")
        }
        var node = node
        node.kind = .alias
        node.alias = alias
        return node
    }

    /// `{+Q,-E}`.
    private func flags(_ rest: inout ArraySlice<UInt8>, into node: inout FormatNode)
        throws(RuleMistake)
    {
        rest = rest.dropFirst()
        guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else {
            throw RuleMistake("no closing '}' of flags in log-format")
        }
        for flag in rest[..<end].split(separator: UInt8(ascii: ",")) {
            let word = String(decoding: flag, as: UTF8.self)
            let isOn = !word.hasPrefix("-")
            switch word.drop(while: { $0 == "+" || $0 == "-" }) {
            case "Q": node.quotes = isOn
            case "E": node.escapes = isOn
            case "X": node.isHexadecimal = isOn
            case "M": node.isMandatory = isOn
            default: throw RuleMistake("no such format flag '\(word)'")
            }
        }
        rest = rest[(end + 1)...]
    }

    /// The expression between brackets, which may hold quotes and parentheses with brackets in them.
    private static func bracketed(_ rest: inout ArraySlice<UInt8>) throws(RuleMistake) -> String {
        rest = rest.dropFirst()
        var index = rest.startIndex
        var depth = 0
        var quote: UInt8 = 0
        while index < rest.endIndex {
            let byte = rest[index]
            if quote != 0 {
                if byte == quote { quote = 0 }
            } else if byte == UInt8(ascii: "\\"), depth > 0 {
                index += 1
            } else if depth > 0, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: "(") {
                depth += 1
            } else if byte == UInt8(ascii: ")") {
                depth = max(0, depth - 1)
            } else if byte == UInt8(ascii: "]"), depth == 0 {
                let text = String(decoding: rest[..<index], as: UTF8.self)
                rest = rest[(index + 1)...]
                return text
            }
            index += 1
        }
        throw RuleMistake("missing closing ']' of a sample expression in log-format")
    }
}
