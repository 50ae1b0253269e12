import Testing

@testable import Desired

@Suite struct KeyTableTests {
    private func tree(_ keys: [String]) throws -> (YAMLTree, [YAMLTree.Node]) {
        let text = "[" + keys.map { "\"\($0)\"" }.joined(separator: ",") + "]"
        let tree = YAMLFile(Array(text.utf8), path: "f.yaml").tree
        let root = try #require(tree.roots.first)
        var nodes: [YAMLTree.Node] = []
        tree.forEachElement(of: root) { nodes.append($0) }
        return (tree, nodes)
    }

    @Test func `the first of equal keys is found`() throws {
        let (tree, nodes) = try tree(["a", "b", "", "a", "ab", ""])
        var table = KeyTable()
        table.begin(count: nodes.count)
        let found = nodes.map { table.insert($0, in: tree) }
        #expect(found == [nil, nil, nil, nodes[0], nil, nodes[2]])
    }

    @Test func `a table that is used again remembers nothing`() throws {
        let (tree, nodes) = try tree((0..<500).map { "key-\($0)" })
        var table = KeyTable()
        for count in [500, 3, 500, 1] {
            table.begin(count: count)
            for node in nodes.prefix(count) { #expect(table.insert(node, in: tree) == nil) }
        }
    }
}
