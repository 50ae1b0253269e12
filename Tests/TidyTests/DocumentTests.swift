import Foundation
import Testing

/// Rule 6: what README and the rooms' landing pages name exists.
struct DocumentTests {
    static let documents =
        ["README.md"] + SourceTree.paths(under: "Sources").filter { $0.hasSuffix(".md") }

    @Test(arguments: documents) func `paths that a document names exist`(document: String) {
        for path in Self.paths(in: SourceTree.text(of: document)) {
            let folder = document.components(separatedBy: "/").prefix(2).joined(separator: "/")
            let candidates = [path, "Sources/\(path)", "Tests/\(path)", "\(folder)/\(path)"]
            #expect(
                candidates.contains(where: SourceTree.exists),
                "\(document): '\(path)' does not exist"
            )
        }
    }

    @Test func `the walk in README names real files and real types`() {
        let rows = SourceTree.text(of: "README.md").components(separatedBy: "\n")
        let walk = rows.drop { !$0.hasPrefix("| # |") }.prefix { $0.hasPrefix("|") }
        #expect(walk.count > 8, "README has no walk: a table that starts with '| # |'")
        let files = walk.flatMap { Self.paths(in: $0) }
        #expect(files.count > 8)
        let declared = Self.declaredTypes()
        for row in walk.dropFirst(2) {
            for word in row.matches(of: #/`([A-Z][A-Za-z0-9]+)(?:\.[A-Za-z(][^`]*)?`/#)
            where !row.contains("/\(word.output.1)`") {
                #expect(
                    declared.contains(String(word.output.1)),
                    "README's walk names the type '\(word.output.1)', which is not declared"
                )
            }
        }
    }

    @Test func `every room has a landing page of at most 60 lines`() {
        for target in ImportTests.swiftTargets() {
            let page = "Sources/\(target)/\(target).docc/\(target).md"
            let lines = SourceTree.text(of: page).components(separatedBy: "\n")
            #expect(
                SourceTree.exists(page),
                "\(page): say what the room hides, its one invariant and where to start"
            )
            #expect(
                lines.count <= 60,
                "\(page) has \(lines.count) lines; a landing page fits on one screen"
            )
        }
    }

    @Test func `every verb of the Makefile is explained in one line`() {
        let rules = SourceTree.text(of: "Makefile").components(separatedBy: "\n").filter {
            $0.contains(#/^[a-z]+:/#)
        }
        for rule in rules where !rule.hasPrefix("help:") && !rule.hasPrefix("ready:") {
            #expect(rule.contains(" ## "), "Makefile: '\(rule)' has no line of help")
        }
    }

    /// Names in backticks that are paths: they contain a slash and a folder or file name we use.
    static func paths(in text: String) -> [String] {
        text.matches(of: #/`([\w.+\-\/]+)`/#).map { String($0.output.1) }.filter { word in
            guard word.contains("/"), !word.hasPrefix("/"), !word.hasPrefix("-") else {
                return false
            }
            let first = word.components(separatedBy: "/")[0]
            return word.hasSuffix(".swift") || SourceTree.exists("Sources/\(first)")
                || SourceTree.exists(first)
        }
    }

    private static func declaredTypes() -> Set<String> {
        var names: Set<String> = []
        for file in SourceTree.sources {
            for row in file.rows(withAnyOf: NameTests.declaring + ["typealias"]) {
                let line = file.codeLines[row]
                guard
                    let match = line.firstMatch(
                        of: #/\b(?:struct|class|enum|actor|protocol|typealias)\s+(\w+)/#
                    )
                else { continue }
                names.insert(String(match.output.1))
            }
        }
        return names
    }
}
