import Desired
import Model
import Testing

@Suite struct ExcerptTests {
    private func shown(_ text: String, line: Int, column: Int) -> String? {
        Excerpt(of: text, at: Origin(file: "f.yaml", line: line, column: column))?.description
    }

    @Test func `the line is shown with a caret under the column`() {
        #expect(shown("a: 1\nbc: 2\n", line: 2, column: 5) == "2 | bc: 2\n  |     ^")
    }

    @Test func `a column behind the end of the line is its end`() {
        #expect(shown("ab\n", line: 1, column: 99) == "1 | ab\n  |   ^")
    }

    @Test func `a line that does not exist has no excerpt`() {
        #expect(shown("ab\n", line: 9, column: 1) == nil)
        #expect(shown("ab\n", line: 0, column: 1) == nil)
    }

    @Test func `control characters are visible and move the caret`() {
        #expect(shown("\u{1b}[31mx", line: 1, column: 6) == "1 | \\u{1B}[31mx\n  |           ^")
    }

    @Test func `a long line is cut on both sides`() throws {
        let text = String(repeating: "x", count: 500) + "!" + String(repeating: "y", count: 500)
        let excerpt = try #require(Excerpt(of: text, at: Origin(file: "f", line: 1, column: 501)))
        #expect(excerpt.text.count < 220)
        #expect(Array(excerpt.text)[excerpt.caret] == "!")
    }

    @Test func `every line break that YAML knows begins a line`() {
        let text = "a\rb\u{85}c\u{2028}d\u{2029}e\nf"
        for (number, letter) in "abcdef".enumerated() {
            #expect(shown(text, line: number + 1, column: 1) == "\(number + 1) | \(letter)\n  | ^")
        }
        #expect(shown(text, line: 7, column: 1) == nil)
    }

    @Test func `lines that end with a carriage return are lines`() {
        #expect(shown("a\r\nb\r\n", line: 2, column: 1) == "2 | b\n  | ^")
    }
}
