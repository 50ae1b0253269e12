import Model
import Testing

@Suite struct RevisionTests {
    @Test func `a revision prints its first digits`() {
        #expect(Revision(commit: "0123456789abcdef", tree: "").description == "0123456")
    }
}
