import Foundation
import Testing

/// Rule 5, and the shape of the tree: names that say what is inside.
struct NameTests {
    static let empty: Set<String> = [
        "Utils", "Util", "Utilities", "Helpers", "Helper", "Common", "Types", "Extensions", "Misc",
        "Constants",
        "Manager", "Shared", "Basics",
    ]

    static let declaring = ["struct", "class", "enum", "actor", "protocol"]

    @Test func `no file or folder has a name that says nothing`() {
        for path in SourceTree.swiftFiles.map(\.path) {
            for part in path.replacing(".swift", with: "").components(separatedBy: "/") {
                let last = part.components(separatedBy: "+").last ?? part
                #expect(!Self.empty.contains(last), "\(path): name it after what it holds")
            }
        }
    }

    @Test func `no type is a manager, a handler or a helper`() {
        for file in SourceTree.swiftFiles where !file.path.hasPrefix("Tests/TidyTests/") {
            for index in file.rows(withAnyOf: Self.declaring) {
                let line = file.codeLines[index]
                let pattern =
                    #/\b(?:struct|class|enum|actor|protocol)\s+(\w*(?:Manager|Handler|Helper|Utils|Utility))\b/#
                guard let match = line.firstMatch(of: pattern) else { continue }
                Issue.record(
                    "\(file.path):\(index + 1): '\(match.output.1)': a noun you could say in a meeting"
                )
            }
        }
    }

    @Test func `a source file is named after a type it declares or extends`() {
        for file in SourceTree.sources where !Ratchet.topicFiles.contains(file.path) {
            let name = file.stem.components(separatedBy: "+")[0]
            let declaring = Self.declaring + ["extension", "typealias"]
            #expect(
                file.rows(with: name).contains { row in
                    declaring.contains { file.codeLines[row].contains("\($0) ") }
                },
                "\(file.path): one main type a file, and the file is named after it"
            )
        }
    }

    @Test func `the top level holds what it must and nothing else`() throws {
        let expected: Set<String> = [
            ".ci", ".gitignore", "LICENSE", "Makefile", "Package.swift", "README.md", "Sources",
            "Tests", "examples",
            "policies",
        ]
        let ignored: Set<String> = [".git", ".build", "Package.resolved", ".swiftpm"]
        let found = try FileManager.default.contentsOfDirectory(atPath: SourceTree.top.path)
            .filter { !ignored.contains($0) && !$0.hasPrefix(".build") && !$0.hasSuffix(".swp") }
        #expect(Set(found).subtracting(expected).sorted() == [], "move it into one of the folders")
        #expect(expected.subtracting(found).sorted() == [], "missing")
    }
}
