import Foundation
import Testing

/// Rule 7: every source file has its tests: a file of the same name + Tests, or tests that name its type.
struct MirrorTests {
    @Test func `every source file is tested or is on a list that only shrinks`() {
        let missing = Set(
            SourceTree.sources.filter { !Self.isProgram($0) && !Self.isTested($0) }.map(\.path)
        )
        for path in missing.subtracting(Ratchet.untested).sorted() {
            Issue.record("\(path): write its tests in a file of the same name + Tests")
        }
        for path in Ratchet.untested.subtracting(missing).sorted() {
            Issue.record("\(path) has its tests now, or is gone: take it out of Ratchet.untested")
        }
    }

    /// What EndToEndTests start as processes.
    private static func isProgram(_ file: SourceFile) -> Bool {
        ["apus", "apus-proxy"].contains(file.target)
    }

    private static func isTested(_ file: SourceFile) -> Bool {
        let type = file.stem.components(separatedBy: "+")[0]
        return stems.contains("\(type)Tests") || stems.contains("\(file.stem)Tests")
            || words["\(file.target)Tests", default: []].contains(type)
    }

    private static let stems = Set(
        SourceTree.swiftFiles.filter { $0.path.hasPrefix("Tests/") }.map(\.stem)
    )

    /// Words of the code of each target of tests.
    private static let words: [String: Set<String>] = SourceTree.swiftFiles
        .filter { $0.path.hasPrefix("Tests/") && $0.target.hasSuffix("Tests") }
        .reduce(into: [:]) { $0[$1.target, default: []].formUnion($1.words) }
}
