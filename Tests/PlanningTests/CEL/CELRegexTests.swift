import Testing

@testable import Planning

struct CELRegexTests {
    @Test(arguments: [
        ("^a+b?c*$", "aab", true), ("^a+$", "b", false), ("a|bc", "xbcx", true), ("", "x", true),
        ("^(web|app)-[0-9]{1,3}$", "web-12", true), ("^(web|app)-[0-9]{1,3}$", "web-1234", false),
        ("^[^a-z]+$", "ABC1", true), ("^[[:alpha:]]+$", "abC", true),
        ("(?i)HELLO", "say hello", true),
        ("^.$", "\n", false), ("(?s)^.$", "\n", true), ("(?m)^b$", "a\nb", true),
        ("\\bfoo\\b", "a foo b", true),
        ("\\bfoo\\b", "afoo", false), ("^\\d{2}:\\d{2}$", "12:34", true), ("^a{2,}$", "aaa", true),
        ("^a{2,3}$", "aaaa", false), ("^(a*)*$", "aaaa", true), ("a{,2}", "a{,2}", true),
        ("^\\x41\\.$", "A.", true), ("[]a]", "]", true), ("^[a\\-z]$", "-", true),
        ("(?:ab)+$", "abab", true),
        ("^é$", "é", true), ("[\\w.]+@", "a.b@c", true), ("a*?b", "aab", true),
    ])
    func `a regular expression matches what RE2 says`(pattern: String, text: String, matches: Bool)
        throws
    {
        #expect(try CELRegex(pattern).matches(text) == matches)
    }

    @Test(arguments: [
        "(", ")", "[a", "*", "a**", "a{3,2}", "a{1001}", "\\", "\\1", "\\pL", "(?=a)", "[b-a]",
        "(?<n",
        "[[:nope:]]", "(((((((((((a{10}){10}){10}){10}){10}){10}){10}){10}){10}){10}){10})",
    ])
    func `what is no regular expression, or too large, is refused`(pattern: String) {
        #expect(throws: CELRegex.Invalid.self) { try CELRegex(pattern) }
    }

    @Test func `time is linear where others backtrack`() throws {
        let regex = try CELRegex("^(a|a)*(a|a)*(a|a)*b$")
        let text = String(repeating: "a", count: 20_000)
        #expect(!regex.matches(text))
        #expect(regex.cost(of: text.utf8.count) < 400_000)
    }

    @Test func `sets fold case and negate`() throws {
        #expect(CELCharacterSet.digit.negated.positiveRanges.map(\.lowerBound) == [0, 58])
        #expect(CELCharacterSet(ranges: [60...70]).foldingCase.contains("b"))
        guard case .alternatives(let pieces) = try CELRegexParser.parse("a|b") else {
            Issue.record("no alternatives")
            return
        }
        #expect(pieces.count == 2)
        #expect(CELRegexPiece.sequence([]) != .alternatives([]))
    }
}
