import Model
import Testing

@testable import Desired

@Suite struct PatternsFileTests {
    @Test func `every line is a pattern but for comments and empty ones`() {
        let file = PatternsFile(Array("# a\n\n one two \r\n10.0.0.0/8\n".utf8), path: "a.txt")
        #expect(file.patterns.map(\.text) == ["one two", "10.0.0.0/8"])
        #expect(file.patterns.map(\.origin.description) == ["a.txt:3:2", "a.txt:4:1"])
        #expect(file.diagnostics == [])
    }

    @Test func `lines that cannot be used are named, all of them`() {
        let file = PatternsFile(
            Array("k\n".utf8) + [0xff, 10] + Array("k\na\u{7}b\n".utf8),
            path: "a.txt"
        )
        #expect(
            file.diagnostics.map(\.description) == [
                "a.txt:2:1: the line is not UTF-8", "a.txt:3:1: pattern \"k\" appears twice",
                "a.txt:4:1: a pattern must be one line without control characters",
            ]
        )
    }

    @Test func `a file of nothing but mistakes stops after a hundred`() {
        let file = PatternsFile(
            Array(repeating: [0xff, 10], count: 9_999).flatMap(\.self),
            path: "a"
        )
        #expect(file.diagnostics.count == 100)
    }
}
