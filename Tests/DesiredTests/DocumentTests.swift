import Testing

@testable import Desired

@Suite struct DocumentTests {
    static let mistakes: [(String, String)] = [
        ("a document that is a list", "- a\n- b\n"),
        ("a document that is a word", "hello\n"),
        ("an empty mapping", "{}\n"),
        ("an unknown version", "apiVersion: v1\nkind: Backend\nmetadata: {name: x}\nspec: {}\n"),
        ("an unknown kind", "apiVersion: apus/v1\nkind: Backends\nmetadata: {name: x}\nspec: {}\n"),
        (
            "an unknown key at the top",
            "apiVersion: apus/v1\nkind: Backend\nmetdata: {name: x}\nspec: {}\n"
        ),
        ("a name HAProxy refuses", Mistakes.backend(Mistakes.servers, name: "\"my shop\"")),
        ("a name with a slash", Mistakes.backend("  name: a/b\n" + Mistakes.servers)),
        ("metadata without a name", "apiVersion: apus/v1\nkind: Backend\nmetadata: {}\nspec: {}\n"),
        (
            "a label without a value",
            "apiVersion: apus/v1\nkind: ServerTemplate\nmetadata: {name: x, labels: {a: }}\nspec: {server: {}}\n"
        ),
    ]

    @Test func `mistakes read as the golden file says`() throws {
        try Mistakes.check(Self.mistakes, against: "document.txt")
    }
}
