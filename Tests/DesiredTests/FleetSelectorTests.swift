import Testing

@testable import Desired

@Suite struct FleetSelectorTests {
    @Test(arguments: [
        ("*", "anything", true), ("edge-*", "edge-par", true), ("edge-*", "core", false),
        ("*-par", "edge-par", true),
        ("e*e*r", "edge-par", true), ("e?ge", "edge", true), ("e?ge", "ege", false), ("", "", true),
        ("", "a", false),
        ("**a**", "bab", true), ("a*b*c", "abcb", false),
    ]) func `a glob matches the whole name`(pattern: String, text: String, matches: Bool) {
        #expect(Glob.matches(pattern, text) == matches)
    }

    @Test(.timeLimit(.minutes(1))) func `a glob of many stars does not take long`() {
        let pattern = String(repeating: "a*", count: 100) + "b"
        #expect(!Glob.matches(pattern, String(repeating: "a", count: 10_000)))
    }
}
