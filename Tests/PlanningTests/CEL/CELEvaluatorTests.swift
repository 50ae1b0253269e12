import Testing

@testable import Planning

struct CELEvaluatorTests {
    private func evaluate(_ text: String, cost: Int? = nil) throws -> CELValue {
        var environment = CELEnvironment()
        if let cost { environment.limits.cost = cost }
        environment.timeZones = { name, _ in name == "Europe/Paris" ? 3600 : nil }
        return try CELProgram.evaluate(unchecked: CELParser.parse(text), [:], in: environment)
    }

    @Test(arguments: [
        "1 + 2 * 3 == 7", "7 / 2 == 3 && -7 % 3 == -1", "1u + 2u == 3u", "'a' + 'b' == 'ab'",
        "[1, 2, 3].filter(x, x > 1) == [2, 3]", "[1, 2].map(x, x * 2).exists(x, x == 4)",
        "[1, 2, 3].exists_one(x, x > 2)", "{'a': 1}['a'] == 1", "'a' in {'a': 1}", "2 in [1, 2]",
        "size('é') == 1 && 'é'.size() == 1", "'e\\u0301' != 'é'", "b'é'.size() == 2",
        "'10.1.2.3'.matches('^10\\\\.')", "duration('90m') == duration('1h30m')",
        "timestamp('2026-02-28T23:00:00Z') + duration('2h') == timestamp('2026-03-01T01:00:00Z')",
        "timestamp('2026-11-23T23:30:00Z').getHours('Europe/Paris') == 0",
        "cidr('10.0.0.0/8').containsIP('10.1.2.3') && !cidr('10.0.0.0/8').containsIP('11.0.0.1')",
        "dyn(1) == 1.0 && dyn(1) == 1u", "string(1.0) == '1' && string(0.1) == '0.1'",
        "has({'a': 1}.a) && !has({'a': 1}.b)", "true || 1 / 0 == 1", "1 / 0 == 1 || true",
        "!(false && 1 / 0 == 1) && !(1 / 0 == 1 && false)", "[0, 1].exists(x, 1 / x == 1)",
        "![0, 1].all(x, 1 / x == 0)", "type([]) == list", "{1: 'a'}[1u] == 'a'",
    ])
    func `it is so`(text: String) throws {
        guard case .bool(true) = try evaluate(text) else {
            Issue.record("\(text) is not true")
            return
        }
    }

    @Test(arguments: [
        ("9223372036854775807 + 1", "integer overflow"),
        ("-(-9223372036854775808)", "integer overflow"),
        ("0u - 1u", "integer overflow"), ("1 / 0", "divide by zero"), ("1 % 0", "modulus by zero"),
        ("[1][1]", "index out of range"), ("{'a': 1}.b", "no such key: b"),
        ("1 + 'a'", "no such overload"), ("{'a': 1, 'a': 2}", "repeated key"),
        ("int('x')", "not a number of type int"), ("int(1e30)", "range error"),
        ("uint(-1)", "range error"), ("string(b'\\xff')", "invalid UTF-8 in bytes"),
        ("duration('300000h') + duration('2600000h')", "not a duration such as 1h30m in range"),
        ("timestamp('9999-12-31T23:59:59Z') + duration('1s')", "timestamp out of range"),
        ("timestamp('2026-02-29T00:00:00Z')", "not a time such as 2026-01-31T12:00:00Z in range"),
        ("timestamp(0).getHours('Mars/Base')", "unknown time zone; write an offset such as +02:00"),
        (
            "'a'.matches('\\\\p{L}')",
            "the regular expression has a Unicode class, which is not supported, at character 3"
        ),
        ("false || 1 / 0 == 1", "divide by zero"),
        ("cidr('10.0.0.0/33')", "not a range of addresses such as 10.0.0.0/8"),
    ])
    func `it cannot be said`(text: String, message: String) {
        let failure = #expect(throws: CELFailure.self) { try evaluate(text) }
        #expect(failure?.message == message)
    }

    @Test func `the cost of an evaluation is limited, and nothing absorbs that`() {
        let loop = "[1,2,3,4,5,6,7,8,9,10]"
        let text =
            "true || \(loop).all(a, \(loop).all(b, \(loop).all(c, \(loop).all(d, a + b + c + d > 0))))"
        let swapped = text.replacing("true || ", with: "") + " || true"
        let failure = #expect(throws: CELFailure.self) { try evaluate(swapped, cost: 10_000) }
        #expect(failure?.isLimit == true)
        #expect(throws: Never.self) { try evaluate(text, cost: 10_000) }
    }

    @Test func `text that doubles runs out of steps before it runs out of memory`() {
        let doubled = (0..<40).map { _ in "x + x" }
        var text = "'0123456789'"
        for part in doubled { text = "[\(text)].map(x, \(part))[0]" }
        let failure = #expect(throws: CELFailure.self) { try evaluate(text) }
        #expect(failure?.isLimit == true)
    }

    @Test func `a program must give the type that is wanted`() {
        let invalid = #expect(throws: CELProgram.Invalid.self) {
            try CELProgram("1 + 1", in: CELEnvironment(), expecting: .bool)
        }
        #expect(invalid?.failures.map(\.message) == ["the expression must give bool, not int"])
    }

    @Test func `functions are one table for the checker and the evaluator`() throws {
        let matches = try #require(CELFunction.overloads[".matches"]?.first)
        #expect(matches.arguments == [.string, .string] && matches.result == .bool)
        let sum = try CELArithmetic.apply(.add, .int(1), .int(2))
        #expect(CELValue.areEqual(sum, .int(3)))
    }
}
