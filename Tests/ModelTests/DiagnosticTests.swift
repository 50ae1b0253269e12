import Model
import Testing

@Suite struct DiagnosticTests {
    private func diagnostic(_ file: String, _ line: Int, _ column: Int, _ message: String)
        -> Diagnostic
    {
        Diagnostic(at: Origin(file: file, line: line, column: column), message)
    }

    @Test func `a diagnostic begins with its place, and says when it is no error`() {
        let origin = Origin(file: "a.yaml", line: 3, column: 7)
        #expect(Diagnostic(at: origin, "wrong").description == "a.yaml:3:7: wrong")
        #expect(Diagnostic(.warning, at: origin, "odd").description == "a.yaml:3:7: warning: odd")
    }

    @Test func `diagnostics sort by file, line, column and message`() {
        let sorted = [
            diagnostic("a", 1, 1, "x"), diagnostic("a", 2, 1, "x"), diagnostic("a", 10, 1, "a"),
            diagnostic("a", 10, 1, "b"),
            diagnostic("a", 10, 2, "a"), diagnostic("b", 1, 1, "x"),
        ]
        #expect(sorted.reversed().sorted() == sorted)
    }
}
