import Testing

@testable import Desired

struct SourceLinesTests {
    private let lines = SourceLines(Array("one\ntwo\n\nfour".utf8))

    @Test(arguments: [(1, "one\ntwo"), (2, "two\n\nfo"), (3, "\nfour"), (4, "four"), (9, "four")])
    func `text begins at its line and ends at the limit`(line: Int, text: String) {
        #expect(lines.text(fromLine: line, limit: 7) == text)
    }

    @Test func `a file without text has one empty line`() {
        #expect(SourceLines().text(fromLine: 1, limit: 10) == "")
    }
}
