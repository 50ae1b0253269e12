import Testing

@testable import Desired

@Suite struct MapDocumentTests {
    static let mistakes: [(String, String)] = [
        ("a map that no rule uses", Mistakes.map("  name: maps/path.map\n  entries: {}")),
        ("a map of Apus's own", Mistakes.map("  name: maps/apus.map\n  entries: {}")),
        ("a map without entries", Mistakes.map("  name: maps/paths.map")),
        (
            "entries given twice",
            Mistakes.map("  name: maps/paths.map\n  entries: {}\n  entriesFrom: a.txt")
        ),
        (
            "entries from a file that is not there",
            Mistakes.map("  name: maps/paths.map\n  entriesFrom: a.txt")
        ),
        ("entries from outside", Mistakes.map("  name: maps/paths.map\n  entriesFrom: ../a.txt")),
        ("a key with a space", Mistakes.map("  name: maps/paths.map\n  entries: {a b: c}")),
        (
            "a value without a value",
            Mistakes.map("  name: maps/paths.map\n  entries: {a: , b: []}")
        ),
        (
            "a key twice in a list",
            Mistakes.map(
                "  name: maps/paths.map\n  entries: [{key: a, value: 1}, {key: a, value: 2}]"
            )
        ),
        ("an element without value", Mistakes.map("  name: maps/paths.map\n  entries: [{key: a}]")),
        ("a map's name with a space", Mistakes.map("  name: my map\n  entries: {}")),
        (
            "two documents for one map",
            Mistakes.map("  name: maps/paths.map\n  entries: {}") + "---\n"
                + Mistakes.map("  name: maps/paths.map\n  entries: {}")
        ),
        (
            "a key that a route sets too",
            Mistakes.map("  name: maps/hosts.map\n  entries: {a.example.com: cache}") + "---\n"
                + Mistakes.route("  hosts: [a.example.com]\n  backend: shop")
        ),
    ]

    @Test func `mistakes read as the golden file says`() throws {
        try Mistakes.check(Self.mistakes, against: "map.txt")
    }
}
