import Testing

@testable import RuntimeAPI

@Suite struct JSONReaderTests {
    @Test func `nesting is bounded`() {
        var reader = JSONReader(String(repeating: "[", count: 100_000), of: "test")
        #expect(throws: TableError.self) { try reader.document() }
    }

    @Test func `texts are unescaped`() throws {
        var reader = JSONReader(#" {"a\n\u00e9\"" : [ -12 , true, "x/\\"]} "#, of: "test")
        let value = try reader.document()
        let array = try #require(value["a\n\u{e9}\""]?.array)
        #expect(array[0].number == -12)
        #expect(array[1].number == nil)
        #expect(array[2].text == "x/\\")
    }

    @Test(arguments: ["", "[1", "[1 2]", "{\"a\"}", "{a:1}", "\"x", "\"\\u12\"", "1 2"])
    func `what is not JSON is refused`(text: String) {
        var reader = JSONReader(text, of: "test")
        #expect(throws: TableError.self) { try reader.document() }
    }

    @Test func `a quoted text is read back`() throws {
        let text = "a\"b\\c\nd\u{1}é"
        var reader = JSONReader(text.jsonQuoted, of: "test")
        #expect(try reader.document().text == text)
    }
}
