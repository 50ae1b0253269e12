import Foundation
import Model
import Testing

@testable import Desired

@Suite struct DesiredSourceTests {
    @Test func `a second load of the same tree parses nothing`() throws {
        let repository = try TemporaryRepository()
        try repository.commit(smallState)
        let source = repository.source
        let first = try source.load(source.resolve())
        #expect((first.filesParsed, first.filesReused) == (2, 0))
        try repository.commit([:], message: "nothing changed")
        let second = try source.load(source.resolve())
        #expect((second.filesParsed, second.filesReused) == (0, 2))
        #expect(second.revision.commit != first.revision.commit)
        #expect(second.state?.revision == second.revision)
        #expect(second.state?.fleets == first.state?.fleets)
    }

    @Test func `only what changed is parsed, and going back parses nothing`() throws {
        let repository = try TemporaryRepository()
        let old = try repository.commit(smallState)
        let source = repository.source
        _ = try source.load(source.resolve())
        let text = try #require(smallState["shop.yaml"])
        try repository.commit(["shop.yaml": text.replacing("10.0.0.1", with: "10.0.0.2")])
        let changed = try source.load(source.resolve())
        #expect((changed.filesParsed, changed.filesReused) == (1, 1))
        let back = try source.load(source.resolve(old))
        #expect(back.filesParsed == 0)
        #expect(
            back.state?.fleets.first?.backends.first?.servers.first?.endpoint.description
                == "10.0.0.1:8080"
        )
    }

    @Test func `a file that moved has its new place in every origin`() throws {
        let repository = try TemporaryRepository()
        try repository.commit(smallState)
        let source = repository.source
        _ = try source.load(source.resolve())
        try repository.git("mv", "shop.yaml", "web.yaml")
        try repository.commit([:])
        let loaded = try source.load(source.resolve())
        #expect(loaded.state?.fleets.first?.backends.first?.origin.file == "web.yaml")
    }

    @Test func `mistakes in several files are all reported, and the state is withheld`() throws {
        let loaded = try load([
            "a.yaml": "a: [", "b.yaml": "x: 1\n", "c.yaml": smallState["fleet.yaml"] ?? "",
        ])
        #expect(loaded.state == nil)
        #expect(
            loaded.diagnostics.map(\.origin.file) == [
                "a.yaml", "b.yaml", "b.yaml", "b.yaml", "b.yaml", "b.yaml",
            ]
        )
    }

    @Test func `a file with hundreds of mistakes names a hundred and counts the rest`() throws {
        let servers = (0..<300).map { "    s\($0): nowhere\n" }.joined()
        let text = try #require(smallState["shop.yaml"])
        let loaded = try load(smallState.merging(["shop.yaml": text + "\n" + servers]) { $1 })
        #expect(loaded.diagnostics.count == 101)
        #expect(
            loaded.problems.last == "shop.yaml:108:11: note: and 200 more mistakes in this file"
        )
    }

    @Test func `a worktree is read as it lies, and unchanged files are not parsed again`() throws {
        let folder = try TemporaryFolder()
        try folder.write(smallState)
        let source = DesiredSource(.worktree(path: folder.path))
        let first = try source.load(source.resolve())
        #expect(first.revision.commit == "worktree")
        #expect(first.revision.tree.count == 40)
        #expect(try source.load(source.resolve()).filesParsed == 0)
        let text = try #require(smallState["shop.yaml"])
        try folder.write(["shop.yaml": text + "\n    shop-2: 10.0.0.2:8080\n"])
        let second = try source.load(source.resolve())
        #expect(second.filesParsed == 1)
        #expect(second.revision.tree != first.revision.tree)
        #expect(second.state?.fleets.first?.backends.first?.servers.count == 2)
    }

    @Test func `a commit reads like the same files on disk`() throws {
        let repository = try TemporaryRepository()
        try repository.commit(smallState)
        let committed = try repository.source.load(repository.source.resolve())
        let lying = DesiredSource(.worktree(path: repository.path))
        #expect(try lying.load(lying.resolve()).state?.fleets == committed.state?.fleets)
    }

    @Test func `a repository without documents is a state without fleets`() throws {
        let loaded = try load(["README": "nothing"])
        #expect(loaded.state?.fleets == [])
    }

    @Test func `the example repository loads without a diagnostic`() throws {
        let root = Mistakes.folder.deletingLastPathComponent().deletingLastPathComponent()
        let source = DesiredSource(.worktree(path: root.appending(path: "examples").path))
        let loaded = try source.load(source.resolve())
        #expect(loaded.problems == [])
        let fleet = try #require(loaded.state?.fleets.first)
        #expect(fleet.proxies.map(\.name.text) == ["lb1", "lb2", "lb3"])
        #expect(fleet.backends.map(\.name.text) == ["cache", "shop"])
        #expect(fleet.maps.map(\.name.text) == ["maps/hosts.map", "maps/paths.map"])
        #expect(fleet.statusMap?.text == "maps/apus.map")
    }
}
