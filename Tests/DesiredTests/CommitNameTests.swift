import Testing

@testable import Desired

@Suite struct CommitNameTests {
    @Test(arguments: [
        ("main", "main", 0), ("HEAD~1", "HEAD", 1), ("HEAD~", "HEAD", 1), ("main^", "main", 1),
        ("main^1~2^", "main", 4),
        ("a/b~10", "a/b", 10), ("main~0", "main", 0),
    ]) func `steps back are counted`(text: String, base: String, generations: Int) {
        let name = CommitName(text)
        #expect(name.base == base)
        #expect(name.generations == generations)
    }

    @Test(arguments: [
        "", "~1", "^", "main^2", "HEAD^{tree}", "^{/x}", "main~x", "main~1x",
        "main~99999999999999999999", "main~10001",
        "main@{u}", "main^^{}", "main~9999~9999",
    ]) func `anything else is a plain name, which then does not exist`(text: String) {
        #expect(CommitName(text).base == text)
        #expect(CommitName(text).generations == 0)
    }
}
