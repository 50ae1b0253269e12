import Planning
import Testing

@Suite struct StyledTextTests {
    @Test func `what a proxy or a file says cannot move the cursor`() {
        let text = StyledText("web\u{1b}[2J\u{202e}1\n").plain
        #expect(text == "web\\u{1B}[2J\\u{202E}1\\u{A}")
    }

    @Test func `words are wrapped with an indent, a long word is never broken`() {
        let words = ["one", "two", "a-very-long-word-indeed", "three"].map { StyledText($0) }
        let lines = StyledText("- ").wrapping(words, indent: 4, columns: 12).map(\.plain)
        #expect(lines == ["- one two", "    a-very-long-word-indeed", "    three"])
    }

    @Test func `padding ends at a column and never cuts`() {
        var line = StyledText("ab")
        line.pad(to: 5)
        #expect(line.plain == "ab   ")
        line.pad(to: 2)
        #expect(line.width == 5)
    }
}
