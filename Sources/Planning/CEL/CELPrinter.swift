import Model

/// Writes an expression as text that parses to the same expression, with no parentheses to spare.
package enum CELPrinter {
    /// The text of a node.
    package static func text(of node: CELNode) -> String { written(node, above: 0) }

    /// The text, in parentheses where `floor` binds tighter.
    private static func written(_ node: CELNode, above floor: Int) -> String {
        let (text, precedence) = bare(node)
        return precedence < floor ? "(\(text))" : text
    }

    private static func bare(_ node: CELNode) -> (text: String, precedence: Int) {
        switch node.form {
        case .literal(let literal): return self.literal(literal)
        case .identifier(let name): return (name, 9)
        case .select(let target, let field): return (member(target) + "." + quoted(field), 9)
        case .has(let target, let field):
            return ("has(\(member(target)).\(quoted(field)))", 9)
        case .call(let name, let nodes): return ("\(name)(\(list(nodes)))", 9)
        case .memberCall(let target, let name, let nodes):
            return ("\(member(target)).\(name)(\(list(nodes)))", 9)
        case .unary(let symbol, let operand):
            return (symbol.symbol + unary(operand, symbol), 7)
        case .binary(let symbol, let left, let right):
            let precedence = symbol.precedence
            let text =
                "\(written(left, above: precedence)) \(symbol.symbol) "
                + written(right, above: precedence + 1)
            return (text, precedence)
        case .conditional(let test, let yes, let no):
            let text =
                "\(written(test, above: 2)) ? \(written(yes, above: 2)) : \(written(no, above: 1))"
            return (text, 1)
        case .index(let target, let index):
            return ("\(member(target))[\(written(index, above: 0))]", 9)
        case .list(let nodes): return ("[\(list(nodes))]", 9)
        case .map(let entries):
            let pairs = entries.map {
                "\(written($0.key, above: 0)): \(written($0.value, above: 0))"
            }
            return ("{\(pairs.joined(separator: ", "))}", 9)
        case .macro(let macro): return (self.macro(macro), 9)
        }
    }

    private static func macro(_ macro: CELMacro) -> String {
        var parts = [macro.variable, written(macro.body, above: 0)]
        if let transform = macro.transform { parts.append(written(transform, above: 0)) }
        return "\(member(macro.range)).\(macro.kind.rawValue)(\(parts.joined(separator: ", ")))"
    }

    private static func member(_ node: CELNode) -> String { written(node, above: 8) }

    private static func list(_ nodes: [CELNode]) -> String {
        nodes.map { written($0, above: 0) }.joined(separator: ", ")
    }

    /// The operand of a sign: a positive number after a minus would become a negative one.
    private static func unary(_ node: CELNode, _ symbol: CELOperator) -> String {
        switch node.form {
        case .unary(let inner, _):
            return inner == symbol ? bare(node).text : "(\(bare(node).text))"
        default:
            let text = written(node, above: 8)
            let startsWithNumber = text.utf8.first.map { (48...57).contains($0) } ?? false
            return symbol == .negate && startsWithNumber ? "(\(text))" : text
        }
    }

    /// Negative numbers bind like a sign.
    private static func literal(_ literal: CELLiteral) -> (text: String, precedence: Int) {
        switch literal {
        case .null: ("null", 9)
        case .bool(let flag): (flag ? "true" : "false", 9)
        case .int(let number): (String(number), number < 0 ? 7 : 9)
        case .uint(let number): ("\(number)u", 9)
        case .double(let number): (String(describing: number), number.sign == .minus ? 7 : 9)
        case .string(let text): (quote(text), 9)
        case .bytes(let bytes):
            ("b\"" + bytes.map { "\\x" + QuotedText.hexadecimal($0, digits: 2) }.joined() + "\"", 9)
        }
    }

    /// A string literal for this text.
    static func quote(_ text: String) -> String {
        QuotedText.quoted(text) { scalar in
            let isControl = scalar.value < 32 || scalar.value == 127
            return isControl ? "\\x" + QuotedText.hexadecimal(scalar.value, digits: 2) : nil
        }
    }

    private static func quoted(_ field: String) -> String {
        let isPlain = field.unicodeScalars.allSatisfy {
            ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
                || $0 == "_"
        }
        let startsWithDigit = field.unicodeScalars.first.map { ("0"..."9").contains($0) } ?? true
        let isKeyword = ["true", "false", "null", "in"].contains(field)
        return isPlain && !startsWithDigit && !isKeyword ? field : "`\(field)`"
    }
}
