import Foundation
import Testing

/// Rule 7: every source file has its tests file, named after it.
struct MirrorTests {
    @Test func `every source file has its tests file or is on a list that only shrinks`() {
        let tests = Set(SourceTree.swiftFiles.filter { $0.path.hasPrefix("Tests/") }.map(\.stem))
        let missing = Set(
            SourceTree.sources.filter { file in
                let type = file.stem.components(separatedBy: "+")[0]
                return !tests.contains("\(type)Tests") && !tests.contains("\(file.stem)Tests")
            }.map(\.path)
        )
        for path in missing.subtracting(Ratchet.untested).sorted() {
            Issue.record("\(path): write its tests in a file of the same name + Tests")
        }
        for path in Ratchet.untested.subtracting(missing).sorted() {
            Issue.record("\(path) has its tests now, or is gone: take it out of Ratchet.untested")
        }
    }
}
