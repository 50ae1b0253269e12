import Model
import Testing

@testable import Desired

@Suite struct AclDocumentTests {
    static func acl(_ spec: String, name: String = "bad") -> String {
        "apiVersion: apus/v1\nkind: Acl\nmetadata: {name: \(name)}\nspec:\n  fleets: {matchLabels: {role: edge}}\n\(spec)\n"
    }

    static let mistakes: [(String, String)] = [
        ("a list that no rule uses", acl("  name: lists/bda.acl\n  patterns: []")),
        ("a list without patterns", acl("  name: lists/bad.acl")),
        (
            "patterns given twice",
            acl("  name: lists/bad.acl\n  patterns: []\n  patternsFrom: bad.txt")
        ),
        (
            "patterns from a file that is not there",
            acl("  name: lists/bad.acl\n  patternsFrom: bad.txt")
        ),
        ("patterns as a mapping", acl("  name: lists/bad.acl\n  patterns: {a: b}")),
        (
            "a pattern twice",
            acl("  name: lists/bad.acl\n  patterns: [192.0.2.1, 192.0.2.2, 192.0.2.1]")
        ),
        ("a pattern of nothing", acl("  name: lists/bad.acl\n  patterns: [\"\", \" a\", ~]")),
        ("a list replaced at once", acl("  name: lists/bad.acl\n  atomic: true\n  patterns: []")),
        (
            "two documents for one list",
            acl("  name: lists/bad.acl\n  patterns: []") + "---\n"
                + acl("  name: lists/bad.acl\n  patterns: []", name: "again")
        ),
    ]

    @Test func `mistakes read as the golden file says`() throws {
        try Mistakes.check(Self.mistakes, against: "acl.txt")
    }

    private func resolved(_ spec: String, files: [String: String] = [:]) throws -> DesiredAcl {
        let all = [
            "fleet.yaml": Mistakes.fleet, "boot/edge.cfg": Mistakes.boot, "x.yaml": Self.acl(spec),
        ]
        let loaded = try load(all.merging(files) { $1 })
        #expect(loaded.diagnostics.filter { $0.severity == .error } == [])
        return try #require(loaded.state?.fleets.first?.acls.first)
    }

    @Test func `patterns are texts in one order, each with its place`() throws {
        let acl = try resolved(
            "  name: lists/bad.acl\n  unmanaged: remove\n  patterns: [192.0.2.9, 10, a b]"
        )
        #expect(acl.patterns.map(\.text) == ["10", "192.0.2.9", "a b"])
        #expect(acl.patterns.first?.origin.description == "x.yaml:8:25")
        #expect(acl.unmanaged == .remove)
    }

    @Test func `patterns come from a file too`() throws {
        let acl = try resolved(
            "  name: lists/bad.acl\n  patternsFrom: lists/bad.txt",
            files: ["lists/bad.txt": "# who\n192.0.2.9\n 192.0.2.1 \r\n"]
        )
        #expect(acl.patterns.map(\.text) == ["192.0.2.1", "192.0.2.9"])
        #expect(acl.patterns.first?.origin.description == "lists/bad.txt:3:2")
    }
}
