import Simulation
import Testing

@testable import Planning

struct CELParserTests {
    @Test(arguments: [
        "1 + 2 * 3 - 4", "(1 + 2) * 3", "a.b.c(d, e)[f]", "!(a && b) || c", "a ? b : c ? d : e",
        "(a ? b : c) ? d : e", "x.all(i, i > 0)", "x.map(i, i > 0, i + 1)", "has(a.b)",
        "{\"a\": 1, 2: 3u}", "[1.5, -2, -(2)]", "a in b", "--a", "!!a", "- -1", "-(-1)",
        "b\"\\x00\"", "a.`b-c`.d", "1 - (2 - 3)", "\"\\\"\\n\"",
    ])
    func `what is printed parses to the same expression`(text: String) throws {
        let node = try CELParser.parse(text)
        #expect(try CELParser.parse(CELPrinter.text(of: node)) == node)
    }

    @Test(arguments: Seed.runs(2000))
    func `any expression survives being printed`(seed: Seed) throws {
        var generator = seed.generator
        let node = RandomExpression.make(depth: 5, using: &generator)
        let text = CELPrinter.text(of: node)
        #expect(try CELParser.parse(text) == node, "\(text)")
    }

    @Test(arguments: [
        ("1 +", "expected an expression, not the end of the expression", 3),
        ("a b", "expected an operator or the end of the expression, not 'b'", 2),
        ("'abc", "the string does not end", 0),
        ("'a\\qb'", "unknown escape '\\q'", 2),
        ("9223372036854775808", "the number is not in the range of int", 0),
        ("for", "'for' is a reserved word", 0),
        ("a.map(1, 2)", "the first argument of map() must be a simple name", 6),
        ("has(a)", "has() takes one field, such as has(a.b)", 0),
        ("T{a: 1}", "message construction is not supported: there are no messages to construct", 1),
        ("a.?b", "optional fields (.?) are not supported", 1),
        ("a # b", "'#' cannot stand here", 2), ("1 = 2", "'=' cannot stand here", 2),
        ("1x", "a number cannot be followed by 'x'", 1),
        ("a[", "expected an expression, not the end of the expression", 2),
    ])
    func `a mistake is told with its place`(text: String, message: String, offset: Int) {
        #expect(throws: CELFailure(message, at: offset)) { try CELParser.parse(text) }
    }

    @Test func `nesting and size have limits`() {
        let brackets = String(repeating: "[", count: 10_000)
        let deep = #expect(throws: CELFailure.self) { try CELParser.parse(brackets) }
        #expect(deep?.message == "nested more than 160 levels deep")
        let sum = Array(repeating: "1", count: 1000).joined(separator: "+")
        #expect(throws: CELFailure.self) { try CELParser.parse(sum) }
        let long = String(repeating: " ", count: 70_000)
        let size = #expect(throws: CELFailure.self) { try CELParser.parse(long) }
        #expect(size?.message == "the expression is longer than 65536 characters")
        #expect(CELLimits().depth == 160)
    }

    @Test func `words are found with their places`() throws {
        let tokens = try CELLexer.tokens(of: Array("a >= 0x1Fu // rest".unicodeScalars))
        #expect(
            tokens == [
                CELToken(kind: .identifier("a"), offset: 0),
                CELToken(kind: .symbol(">="), offset: 2),
                CELToken(kind: .unsigned(31), offset: 5), CELToken(kind: .end, offset: 18),
            ]
        )
    }

    @Test func `a node tells how deep it is`() throws {
        #expect(try CELParser.parse("1 + 2 * 3").depth == 3)
        let literal = CELNode(.literal(.null), at: 7)
        #expect(literal == CELNode(.literal(.null), at: 0))
        #expect(CELOperator.multiply.precedence > CELOperator.add.precedence)
    }
}

/// Expressions of every form.
enum RandomExpression {
    static func make(depth: Int, using generator: inout SeededGenerator) -> CELNode {
        CELNode(form(depth, &generator), at: 0)
    }

    private static let names = ["a", "bc", "_d", "size", "e1"]

    private static func name(_ generator: inout SeededGenerator) -> String {
        names.randomElement(using: &generator) ?? "a"
    }

    private static func form(_ depth: Int, _ generator: inout SeededGenerator) -> CELNode.Form {
        func next() -> CELNode { make(depth: depth - 1, using: &generator) }
        func some() -> [CELNode] {
            (0..<Int.random(in: 0...3, using: &generator)).map { _ in next() }
        }
        guard depth > 0 else { return leaf(&generator) }
        switch Int.random(in: 0..<13, using: &generator) {
        case 0: return .select(next(), field: name(&generator))
        case 1: return .has(next(), field: name(&generator))
        case 2: return .call(name(&generator), some())
        case 3: return .memberCall(next(), name(&generator), some())
        case 4: return .unary(Bool.random(using: &generator) ? .not : .negate, next())
        case 5: return .conditional(next(), next(), next())
        case 6: return .index(next(), next())
        case 7: return .list(some())
        case 8: return .map(some().map { CELEntry(key: $0, value: next()) })
        case 9:
            let kind = CELMacro.Kind.allCases.randomElement(using: &generator) ?? .all
            let hasTransform = kind == .map && Bool.random(using: &generator)
            return .macro(
                CELMacro(
                    kind: kind,
                    range: next(),
                    variable: name(&generator),
                    body: next(),
                    transform: hasTransform ? next() : nil
                )
            )
        case 10: return leaf(&generator)
        default:
            let symbols = CELOperator.allCases.filter { $0.precedence < 7 }
            return .binary(symbols.randomElement(using: &generator) ?? .add, next(), next())
        }
    }

    private static func leaf(_ generator: inout SeededGenerator) -> CELNode.Form {
        switch Int.random(in: 0..<9, using: &generator) {
        case 0: .literal(.null)
        case 1: .literal(.bool(Bool.random(using: &generator)))
        case 2: .literal(.int(Int64.random(in: .min ... .max, using: &generator)))
        case 3: .literal(.uint(UInt64.random(in: 0 ... .max, using: &generator)))
        case 4: .literal(.double(Double.random(in: -1e20...1e20, using: &generator)))
        case 5:
            .literal(
                .string(["", "a\"b", "\\", "é\n\u{1}"].randomElement(using: &generator) ?? "")
            )
        case 6: .literal(.bytes([0, 255, UInt8.random(in: 0...255, using: &generator)]))
        case 7: .literal(.int(.min))
        default: .identifier(name(&generator))
        }
    }
}
