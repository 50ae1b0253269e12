import Model
import Testing

@testable import Desired

@Suite struct AttributeLayerTests {
    private func layer(_ yaml: String) throws -> AttributeLayer {
        let tree = YAMLFile(Array(yaml.utf8), path: "f.yaml").tree
        var reader = DocumentReader(tree: tree, path: "f.yaml")
        let root = try #require(tree.roots.first)
        let layer = try #require(AttributeLayer.value.read(root, &reader))
        #expect(reader.diagnostics == [])
        return layer
    }

    @Test func `every keyword that servers can share reads in its form`() throws {
        for attribute in ServerAttribute.allCases where attribute.mutability != .identity {
            let (yaml, value): (String, AttributeValue) =
                switch attribute.form {
                case .flag: ("true", .flag)
                case .integer(let range): (String(range.upperBound), .integer(range.upperBound))
                case .duration: ("1500", .duration(Milliseconds(1500)))
                case .choice(let words): (words[0], .word(words[0]))
                case .word: ("\"x,y\"", .word("x,y"))
                }
            #expect(try layer("{\(attribute.keyword): \(yaml)}").values[attribute] == value)
        }
    }

    @Test func `a layer adds, changes and takes away`() throws {
        let base = try layer("{check: true, backup: true, weight: 5}").over(ServerAttributes())
        #expect(base.command == "backup check weight 5")
        #expect(
            try layer("{backup: false, weight: 6, inter: 2s}").over(base).command
                == "check inter 2s weight 6"
        )
        #expect(try layer("{}").over(base) == base)
    }

    @Test func `taking away what is not there changes nothing`() throws {
        #expect(try layer("{check: false}").over(ServerAttributes()).isEmpty)
        #expect(try !layer("{check: false}").isEmpty)
    }
}
