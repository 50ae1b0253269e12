import Testing

struct CodeMaskTests {
    @Test func `comments, strings and quoted names are blanked and lines keep their length`() {
        let text = """
            let a = "try! \\(b("x")) {" // try!
            /* { /* } */ } */ func `a } b`() { }
            """
        let lines = CodeMask.blank(text).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.map(\.utf8.count) == text.split(separator: "\n").map(\.utf8.count))
        #expect(lines[0].trimming == "let a =")
        #expect(lines[1].trimming == "func `_____`() { }")
    }

    @Test func `raw and multi-line strings are blanked to their end`() {
        #expect(CodeMask.blank(##"f(#"a " \(b) "#, 1)"##).filter { $0 != " " } == "f(#,1)")
        #expect(CodeMask.blank("\"\"\"\n { \"\n\"\"\" }").trimming == "}")
    }
}

extension StringProtocol {
    fileprivate var trimming: String {
        split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
