import Testing

@testable import RuntimeAPI

@Suite struct FieldTagsTests {
    @Test func `letters are spelled out`() {
        #expect(FieldTags.json("MaP") == #""origin":"Metric","nature":"Avg","scope":"Process""#)
        #expect(FieldTags.json("x").isEmpty)
    }
}
