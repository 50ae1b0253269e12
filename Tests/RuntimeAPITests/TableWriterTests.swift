import Testing

@testable import RuntimeAPI

@Suite struct TableWriterTests {
    @Test func `words are separated by one space`() {
        var writer = TableWriter()
        writer.writeWord("a")
        writer.writeWord(nil)
        writer.writeWord(-7)
        writer.endLine()
        #expect(writer.text == "a - -7\n")
    }
}
