import Testing

@testable import Desired

@Suite struct YAMLTreeTests {
    @Test func `values keep the text they were written with`() throws {
        let words = ["no", "on", "1e3", "0o14", "0x1f", "1_000", "12:30:45", "2026-11-23", ".inf"]
        let tree = YAMLFile(Array("[\(words.joined(separator: ", "))]".utf8), path: "f.yaml").tree
        var read: [String] = []
        let root = try #require(tree.roots.first)
        tree.forEachElement(of: root) { read.append(tree.string($0)) }
        #expect(read == words)
    }

    @Test func `an alias reads like what it stands for`() throws {
        let tree = YAMLFile(Array("a: &x {k: v}\nb: *x\n".utf8), path: "f.yaml").tree
        let root = try #require(tree.roots.first)
        let alias = try #require(tree.value(of: "b", in: root))
        #expect(tree.kind(alias) == .mapping)
        #expect(tree.mark(alias) == YAMLTree.Mark(line: 2, column: 4))
        #expect(tree.value(of: "k", in: alias).map(tree.string) == "v")
    }

    @Test func `elements and entries come in the order they are written`() throws {
        let tree = YAMLFile(Array("{b: [1, 2, 3], a: {}, c: []}".utf8), path: "f.yaml").tree
        let root = try #require(tree.roots.first)
        var keys: [String] = []
        tree.forEachEntry(of: root) { key, _ in keys.append(tree.string(key)) }
        #expect(keys == ["b", "a", "c"])
        #expect(tree.count(root) == 3)
        #expect(["b", "a", "c"].map { tree.value(of: $0, in: root).map(tree.count) } == [3, 0, 0])
        #expect(tree.value(of: "d", in: root) == nil)
    }
}
