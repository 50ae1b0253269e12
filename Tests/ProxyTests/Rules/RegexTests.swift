import Testing

@testable import Proxy

@Suite struct RegexTests {
    @Test func `groups lie where they matched`() throws {
        let regex = try Regex.compile("(b+)(x)?", ignoresCase: true)
        var scratch = RegexScratch()
        defer {
            regex.free()
            scratch.free()
        }
        let matches = scratch.matches(regex, ByteSlice("aBBc"))
        #expect(matches && scratch.group(0) == 1..<3 && scratch.group(1) == 1..<3)
        #expect(scratch.group(2) == nil && scratch.group(9) == nil)
        #expect(!scratch.matches(regex, ByteSlice("acd")) && !scratch.matches(regex, .empty))
    }

    @Test func `what PCRE2 refuses is a mistake`() {
        #expect(throws: Regex.Mistake.self) { try Regex.compile("(", ignoresCase: false) }
    }
}
