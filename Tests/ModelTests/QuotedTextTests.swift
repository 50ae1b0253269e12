import Model
import Testing

struct QuotedTextTests {
    @Test func `quotes, backslashes and line ends are escaped, the rest as asked`() {
        let text = QuotedText.quoted("a\"b\\c\nd\u{7}é") { scalar in
            scalar.value < 32 ? "<\(QuotedText.hexadecimal(scalar.value, digits: 2))>" : nil
        }
        #expect(text == #""a\"b\\c\nd<07>é""#)
    }

    @Test func `hexadecimal numbers are padded and never cut`() {
        #expect(QuotedText.hexadecimal(UInt64(0x1f), digits: 4) == "001f")
        #expect(QuotedText.hexadecimal(UInt32(0x12345), digits: 2) == "12345")
    }
}
