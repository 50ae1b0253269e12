import Testing

@testable import Desired

@Suite struct TreeEntryNameTests {
    @Test(arguments: [
        "a", "a.yaml", ".gitignore", ".github", ".gitx", "git", "git~2", "...", "ä.yaml", "a b",
        "-x",
    ])
    func `ordinary names are accepted`(name: String) {
        #expect(TreeEntryName.accepted(Array(name.utf8)) == name)
    }

    @Test(arguments: [
        "", ".", "..", ".git", ".Git", ".GIT", ".git.", ".git ", ".git . .",
        ".git::$INDEX_ALLOCATION", ".git:x",
        "git~1", "GIT~1", ".g\u{200c}it", "\u{feff}.git", "a/b", "a\\b", "/a", "a\u{0}b", "a\n",
        "\u{7f}",
    ]) func `names that mean something else on some system are refused`(name: String) {
        #expect(TreeEntryName.accepted(Array(name.utf8)) == nil)
    }

    @Test func `a name that is not UTF-8 is refused`() {
        #expect(TreeEntryName.accepted([0x61, 0xff]) == nil)
    }
}
