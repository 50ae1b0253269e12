import Model
import Testing

@testable import Desired

@Suite struct PolicyDocumentTests {
    private static func policy(_ spec: String, name: String = "guard") -> String {
        "apiVersion: apus/v1\nkind: Policy\nmetadata: {name: \(name)}\nspec:\n\(spec)\n"
    }

    private static let plain = "  validations: [{expression: \"true\"}]"

    static let mistakes: [(String, String)] = [
        ("an enforcement that is none", policy("  enforcement: forbid\n" + plain)),
        ("no validations", policy("  enforcement: deny")),
        ("empty validations", policy("  validations: []")),
        ("a validation without an expression", policy("  validations: [{message: no}]")),
        ("params that are a list", policy(plain + "\n  params: [1]")),
        (
            "a selector that selects nobody",
            policy(plain + "\n  match: {fleets: {matchNames: [nobody]}}")
        ),
        (
            "a test that expects something else",
            policy(plain + "\n  tests: [{name: a, plan: {}, expect: maybe}]")
        ),
        (
            "a fixture that is not there",
            policy(plain + "\n  tests: [{name: a, plan: a.yaml, expect: pass}]")
        ),
        (
            "a fixture from outside",
            policy(plain + "\n  tests: [{name: a, plan: ../a.yaml, expect: pass}]")
        ),
        (
            "an exception without an end",
            policy(plain + "\n  exceptions: [{fleets: [edge], reason: move}]")
        ),
        ("two policies of one name", policy(plain) + "---\n" + policy(plain)),
    ]

    @Test func `mistakes read as the golden file says`() throws {
        try Mistakes.check(Self.mistakes, against: "policy.txt")
    }

    @Test func `its keys are one table for the decoder and the JSON Schema`() {
        #expect(PolicySchema.document.fields.map(\.property.key).contains("enforcement"))
        let mark = YAMLTree.Mark(line: 1, column: 4)
        let runs = ScalarPlaces.runs(of: "b", at: mark, in: SourceLines(Array("a: b\n".utf8)))
        #expect(runs == [PlacedText.Run(offset: 0, line: 1, column: 4)])
    }

    @Test(.timeLimit(.minutes(1)))
    func `a megabyte of expressions is placed without reading it as often`() {
        let line = "    - expression: \"backends.all(b, b.removed.size() < 9)\"\n"
        let text = Self.policy("  validations:\n" + String(repeating: line, count: 17_000))
        let file = ParsedFile(Array(text.utf8), path: "p.yaml")
        guard case .policy(let policy)? = file.documents.first else {
            Issue.record("\(file.diagnostics)")
            return
        }
        #expect(policy.policy.validations.last?.expression.origin(at: 3).column == 23)
    }

    @Test func `a policy holds for the fleets that it matches, without a match for all`() throws {
        let everywhere = Self.policy(Self.plain)
        let elsewhere = Self.policy(
            Self.plain + "\n  match: {fleets: {matchLabels: {role: core}}}",
            name: "core-guard"
        )
        let core =
            "---\napiVersion: apus/v1\nkind: Fleet\nmetadata: {name: core, labels: {role: core}}\nspec:\n  proxies: [{name: c1, runtime: \"unix:c1.sock\"}]\n"
        let loaded = try load([
            "fleet.yaml": Mistakes.fleet + core, "boot/edge.cfg": Mistakes.boot,
            "p.yaml": everywhere + "---\n" + elsewhere,
        ])
        #expect(loaded.problems == [])
        let names = loaded.state?.fleets.map { $0.policies.map(\.name) }
        #expect(names == [["core-guard", "guard"], ["guard"]])
        #expect(loaded.state?.fleets.first?.labels == ["role": "core"])
        #expect(loaded.policies.count == 2)
    }

    @Test func `a fixture is no document, and its path counts from the policy's folder`() throws {
        let spec = Self.plain + "\n  tests: [{name: a, plan: fixtures/one.yaml, expect: fail}]"
        let loaded = try load([
            "guards/p.yaml": Self.policy(spec), "guards/fixtures/one.yaml": "proxies: [lb1]\n",
        ])
        #expect(loaded.problems == [])
        let test = try #require(loaded.policies.first?.tests.first)
        #expect(!test.passes)
        #expect(test.fixture["proxies"]?.origin.file == "guards/fixtures/one.yaml")
        #expect(FixtureFile(Array("a: [".utf8), path: "x").root == nil)
    }

    @Test func `more expressions than anybody keeps in mind are refused`() throws {
        let limit = PolicyDocument.validationLimit
        let list = (0...limit).map { "    - expression: \"a < \($0)\"\n" }.joined()
        let loaded = try load(["p.yaml": Self.policy("  validations:\n" + list)])
        let problem = try #require(loaded.problems.first)
        #expect(problem.contains("501 validations; a policy has at most 500"), "\(problem)")
        #expect(loaded.problems.count == 1)
    }

    @Test(arguments: [
        ("  validations: [{expression: \"a\\tb\"}]", "b", 6, 34),
        ("  validations: [{expression: 'it''s b'}]", "b", 6, 37),
        ("  validations:\n    - expression: |\n        first\n          b\n", "b", 9, 11),
        ("  validations:\n    - expression: >-\n        first line\n        b\n", "b", 9, 9),
        ("  validations:\n    - expression: first\n        b", "b", 8, 9),
        ("  validations: [{expression: \"a\n    b\"}]", "b", 7, 5),
        ("  validations: [{expression: b}]", "b", 6, 30),
    ])
    func `every character of an expression knows its place`(
        spec: String,
        wanted: Character,
        line: Int,
        column: Int
    ) throws {
        let document = "# one line above\n" + Self.policy(spec)
        let loaded = try load(["p.yaml": document])
        let text = try #require(loaded.policies.first?.validations.first?.expression)
        let offset = try #require(text.text.unicodeScalars.firstIndex(of: "b"))
        let count = text.text.unicodeScalars.distance(
            from: text.text.unicodeScalars.startIndex,
            to: offset
        )
        let origin = text.origin(at: count)
        #expect((origin.line, origin.column) == (line, column))
        #expect(wanted == "b")
    }
}
