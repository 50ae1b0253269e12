import Testing

@testable import RuntimeAPI

@Suite struct TableReaderTests {
    @Test func `numbers fill their word or are none`() {
        let reader = TableReader("-12 x9 9999999999999999999 ", of: "test")
        var words: [Range<Int>] = []
        reader.split(0..<reader.bytes.count, into: &words)
        #expect(words.map(reader.number) == [-12, nil, nil])
    }

    @Test func `lines are counted`() {
        var reader = TableReader("a\n\nb", of: "test")
        #expect(reader.nextLine().map(reader.string) == "a")
        #expect(reader.nextFilledLine().map(reader.string) == "b")
        #expect(reader.line == 3)
        #expect(reader.nextLine() == nil)
    }
}
