import Model
import Testing

@testable import Desired

/// One text and what is wrong with it, as `line:column: message`.
struct YAMLCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let problems: [String]

    init(_ name: String, _ text: String, _ problems: String...) {
        testDescription = name
        self.text = text
        self.problems = problems
    }
}

@Suite struct YAMLFileTests {
    private static func problems(of bytes: [UInt8], limits: YAMLLimits = YAMLLimits()) -> [String] {
        YAMLFile(bytes, path: "f.yaml", limits: limits).diagnostics.map { problem in
            let related = problem.related.map { " (first: \($0.line):\($0.column))" } ?? ""
            return "\(problem.origin.line):\(problem.origin.column): \(problem.message)\(related)"
        }
    }

    static let accepted: [YAMLCase] = [
        YAMLCase("nothing", ""),
        YAMLCase("a comment", "# nothing here\n"),
        YAMLCase("a block mapping", "a: 1\nb:\n  - x\n  - y: z\n"),
        YAMLCase("flow collections", "{a: [1, 2, {b: c}], \"d\": 'e'}"),
        YAMLCase("several documents", "a: 1\n---\nb: 2\n...\n---\nc: 3\n"),
        YAMLCase("block scalars", "a: |\n  one\n  two\nb: >-\n  folded\n  text\n"),
        YAMLCase("an anchor and its alias", "a: &x {k: v}\nb: *x\nc: *x\n"),
        YAMLCase("carriage returns", "a: 1\r\nb: 2\r\n"),
        YAMLCase("a byte order mark of UTF-8", "\u{feff}a: 1\n"),
        YAMLCase("equal keys in different mappings", "a: {x: 1}\nb: {x: 2}\n"),
        YAMLCase("a key that is quoted and looks like a merge", "\"<<\": 1\n"),
        YAMLCase(
            "a hundred levels",
            String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        ),
    ]

    @Test(arguments: accepted) func `plain YAML is read without complaint`(_ example: YAMLCase) {
        #expect(Self.problems(of: Array(example.text.utf8)) == [])
    }

    static let refused: [YAMLCase] = [
        YAMLCase(
            "a tab as indentation",
            "a:\n\tb: 1\n",
            "2:1: not valid YAML: found character that cannot start any token while scanning for the next token that began on line 2"
        ),
        YAMLCase(
            "a bracket that is never closed",
            "a: [1, 2\nb: 3\n",
            "2:2: not valid YAML: did not find expected ',' or ']' while parsing a flow sequence that began on line 1"
        ),
        YAMLCase(
            "a key in the wrong column",
            "a: 1\n b: 2\n",
            "2:3: not valid YAML: mapping values are not allowed in this context"
        ),
        YAMLCase(
            "a quote that is never closed",
            "a: \"x\n",
            "2:1: not valid YAML: found unexpected end of stream while scanning a quoted scalar that began on line 1"
        ),
        YAMLCase(
            "a duplicate key",
            "a: 1\nb: 2\na: 3\n",
            "3:1: key \"a\" appears twice in the same mapping (first: 1:1)"
        ),
        YAMLCase(
            "a duplicate key, once quoted",
            "{a: 1, \"a\": 2}",
            "1:8: key \"a\" appears twice in the same mapping (first: 1:2)"
        ),
        YAMLCase(
            "two duplicates in one file",
            "a: {x: 1, x: 2}\na: 3\n",
            "1:11: key \"x\" appears twice in the same mapping (first: 1:5)",
            "2:1: key \"a\" appears twice in the same mapping (first: 1:1)"
        ),
        YAMLCase(
            "a merge key",
            "a: &x {k: v}\nb:\n  <<: *x\n",
            "3:3: merge keys (<<) are not supported; write the keys out, or share server attributes with a ServerTemplate"
        ),
        YAMLCase(
            "a tag of a language",
            "a: !!python/object:os.system x\n",
            "1:4: tags such as tag:yaml.org,2002:python/object:os.system are not supported"
        ),
        YAMLCase(
            "a local tag",
            "a: !include other.yaml\n",
            "1:4: tags such as !include are not supported"
        ),
        YAMLCase("a tag on a list", "a: !x [1]\n", "1:4: tags such as !x are not supported"),
        YAMLCase(
            "a version directive",
            "%YAML 1.2\n---\na: 1\n",
            "1:1: directives (%YAML, %TAG) are not supported; remove the line"
        ),
        YAMLCase(
            "a tag directive",
            "%TAG ! tag:example.com,2000:\n---\na: 1\n",
            "1:1: directives (%YAML, %TAG) are not supported; remove the line"
        ),
        YAMLCase(
            "a version nobody knows",
            "%YAML 2.0\n---\na: 1\n",
            "1:1: not valid YAML: found incompatible YAML document"
        ),
        YAMLCase(
            "an anchor inside itself",
            "a: &x [1, *x]\n",
            "1:11: alias *x stands inside what it names"
        ),
        YAMLCase(
            "an alias of nothing",
            "a: *nobody\n",
            "1:4: alias *nobody names no anchor above it"
        ),
        YAMLCase(
            "an alias into another document",
            "a: &x 1\n---\nb: *x\n",
            "3:4: alias *x names no anchor above it"
        ),
        YAMLCase(
            "an anchor defined twice",
            "a: &x 1\nb: &x 2\n",
            "2:4: anchor &x is defined twice (first: 1:4)"
        ),
        YAMLCase(
            "a list as a key",
            "? [a, b]\n: 1\n",
            "1:3: a key must be a single value, not a list or a mapping"
        ),
        YAMLCase(
            "a hundred and one levels",
            String(repeating: "[", count: 101),
            "1:101: nested deeper than 100 levels"
        ),
        YAMLCase(
            "deep blocks",
            (0..<150).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
            "101:101: nested deeper than 100 levels"
        ),
        YAMLCase(
            "a control character",
            "a: \u{7}x\n",
            "1:4: not valid YAML: control characters are not allowed"
        ),
        YAMLCase("a NUL", "a: x\u{0}\n", "1:5: not valid YAML: control characters are not allowed"),
        YAMLCase(
            "a control character after letters of two bytes",
            "ä: ö\u{1}\n",
            "1:5: not valid YAML: control characters are not allowed"
        ),
        YAMLCase(
            "what was wrong before a syntax error",
            "a: 1\na: 2\n---\nb: [\n",
            "2:1: key \"a\" appears twice in the same mapping (first: 1:1)",
            "5:1: not valid YAML: did not find expected node content while parsing a flow node that began on line 5"
        ),
    ]

    @Test(arguments: refused) func `what a desired state has no use for is refused with its place`(
        _ example: YAMLCase
    ) {
        #expect(Self.problems(of: Array(example.text.utf8)) == example.problems)
    }

    @Test func `bytes that are not UTF-8 are refused where they stand`() {
        let bytes = Array("a: ok\nb: ".utf8) + [0xc3, 0x28, 0x0a]
        #expect(Self.problems(of: bytes) == ["2:5: not valid YAML: invalid trailing UTF-8 octet"])
    }

    @Test(
        arguments: [
            [0xff, 0xfe, 0x61, 0], [0xfe, 0xff, 0, 0x61], [0x61, 0, 0x3a, 0], [0, 0, 0, 0x61],
        ] as [[UInt8]]
    )
    func `other encodings are named`(_ bytes: [UInt8]) throws {
        let problem = try #require(Self.problems(of: bytes).first)
        #expect(problem.hasPrefix("1:1: the file is UTF-16"))
        #expect(problem.hasSuffix("save it as UTF-8"))
    }

    @Test func `a file above the limit is not even parsed`() {
        let bytes = Array(repeating: UInt8(ascii: "{"), count: (1 << 20) + 1)
        #expect(
            Self.problems(of: bytes) == [
                "1:1: the file is too large: 1048577 bytes, the limit is 1048576; split it"
            ]
        )
    }

    @Test(.timeLimit(.minutes(1))) func `a megabyte of brackets stops at the depth limit`() {
        let bytes = Array(repeating: UInt8(ascii: "{"), count: 1 << 20)
        #expect(Self.problems(of: bytes) == ["1:101: nested deeper than 100 levels"])
    }

    @Test func `a scalar above the limit is refused and the rest is read`() {
        let text = "a: \(String(repeating: "x", count: 65_537))\na: 1\n"
        #expect(
            Self.problems(of: Array(text.utf8)) == [
                "1:4: the value is too long: 65537 bytes, the limit is 65536",
                "2:1: key \"a\" appears twice in the same mapping (first: 1:1)",
            ]
        )
    }

    @Test func `aliases that multiply run out of budget`() {
        let level = { (name: String, of: String) in
            "\(name): &\(name) [\(Array(repeating: of, count: 9).joined(separator: ","))]\n"
        }
        let text =
            "a: &a [x,x,x,x,x,x,x,x,x]\n" + level("b", "*a") + level("c", "*b") + level("d", "*c")
            + level("e", "*d") + level("f", "*e")
        let problems = Self.problems(of: Array(text.utf8))
        #expect(problems.count == 1)
        #expect(problems.first?.hasSuffix("aliases expand to more than 100000 nodes") == true)
    }

    @Test func `a hundred thousand keys are compared without trying every pair`() {
        let text = (0..<100_000).map { "k\($0): 1\n" }.joined() + "k7: 2\n"
        let limits = YAMLLimits(fileSize: 4 << 20)
        #expect(
            Self.problems(of: Array(text.utf8), limits: limits) == [
                "100001:1: key \"k7\" appears twice in the same mapping (first: 8:1)"
            ]
        )
    }
}
