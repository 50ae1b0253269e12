import Testing

@testable import Planning

struct CELCheckerTests {
    private static let environment: CELEnvironment = {
        var environment = CELEnvironment()
        environment.variables = [
            "servers": .list(.object("Server")), "params": .object("Params"),
            "labels": .map(.string, .string), "now": .timestamp, "any": .dyn,
        ]
        environment.structures = [
            "Server": ["name": .string, "weight": .int], "Params": ["share": .double],
        ]
        return environment
    }()

    private func check(_ text: String) throws -> CELChecker.Result {
        CELChecker.check(try CELParser.parse(text), in: Self.environment)
    }

    @Test(arguments: [
        ("servers.filter(s, s.weight > 0).size() * 2", CELType.int),
        ("servers.map(s, s.name)", .list(.string)), ("labels.dc", .string),
        ("labels.exists(k, k == 'dc')", .bool), ("any.foo.bar + 1", .int),
        ("[1, 'a']", .list(.dyn)), ("{'a': 1}", .map(.string, .int)),
        ("now - duration('1h')", .timestamp), ("1 < 2.5", .bool), ("type(1) == int", .bool),
        ("true ? 1 : 2", .int), ("[] + [1u]", .list(.uint)), ("cidr('10.0.0.0/8')", .cidr),
        ("servers[0].weight", .int), ("dyn(1)", .dyn),
    ])
    func `the type of an expression is found`(text: String, type: CELType) throws {
        #expect(try check(text) == CELChecker.Result(type: type, failures: []))
    }

    @Test(arguments: [
        ("servers.all(s, s.wieght > 0)", "Server has no field 'wieght'; it has name, weight", 17),
        ("params.share + 1", "'+' does not take (double, int)", 13),
        ("nmae", "undeclared reference to 'nmae'; there are any, labels, now, params, servers", 0),
        ("size(1)", "'size' does not take (int)", 0),
        (
            "servers.map(s, s.name).contains('x')",
            "'contains' does not take (list(string), string)", 23
        ),
        ("length('a')", "there is no function 'length'", 0),
        ("contains('a', 'b')", "there is no function 'contains'; it is called as x.contains(…)", 0),
        ("(1).all(x, true)", "all() walks a list or a map, not int", 4),
        ("servers.exists(s, s.name)", "expected bool, not string", 20),
        (
            "'a'.matches('(')",
            "the regular expression has a group that does not end at character 2", 12
        ),
        ("1 == 'a'", "'==' does not take (int, string)", 2),
        ("(1).name", "type int has no fields, hence no 'name'", 4),
    ])
    func `a mistake of types is told once, with its place`(
        text: String,
        message: String,
        offset: Int
    ) throws {
        #expect(try check(text).failures == [CELFailure(message, at: offset)])
    }

    @Test func `several mistakes are found at once`() throws {
        let result = try check("params.a > 1.0 && labels.size() == 'x'")
        #expect(result.failures.map(\.offset) == [7, 32])
    }

    @Test func `parameters are learnt from each other`() {
        var types = CELSubstitution()
        let overload = types.instantiate(CELOverload([.list(.parameter(0)), .int], .parameter(0)))
        #expect(overload.isGeneric)
        let isUnified = types.unify(overload.arguments[0], .list(.string))
        #expect(isUnified)
        #expect(types.resolved(overload.result) == .string)
        let isNumber = types.unify(overload.result, .int)
        #expect(!isNumber)
    }
}
