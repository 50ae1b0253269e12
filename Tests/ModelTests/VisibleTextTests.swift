import Model
import Testing

@Suite struct VisibleTextTests {
    @Test(arguments: [
        ("plain text, ä 漢 🐦", "plain text, ä 漢 🐦"), ("\u{1b}[2J", "\\u{1B}[2J"),
        ("a\nb\tc", "a\\u{A}b\\u{9}c"),
        ("\u{202e}evil", "\\u{202E}evil"), ("\u{200b}", "\\u{200B}"), ("\u{2028}", "\\u{2028}"),
        ("\u{9b}31m", "\\u{9B}31m"),
    ]) func `what a terminal would act on becomes visible`(text: String, shown: String) {
        #expect(VisibleText.escape(text.unicodeScalars) == shown)
    }

    @Test func `a long text is cut`() {
        let shown = VisibleText.quoted(String(repeating: "x", count: 1_000))
        #expect(shown == "\"\(String(repeating: "x", count: 60))…\"")
    }
}
