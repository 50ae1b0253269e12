import Model
import Testing

@testable import Desired

@Suite struct ValueSchemaTests {
    private func read<Value>(_ text: String, as schema: ValueSchema<Value>) throws -> Value? {
        let tree = YAMLFile(Array("[\(text)]".utf8), path: "f.yaml").tree
        var reader = DocumentReader(tree: tree, path: "f.yaml")
        reader.key = "value"
        let list = try #require(tree.roots.first)
        let node = try #require(tree.firstChild(of: list))
        let value = schema.read(node, &reader)
        #expect((value == nil) == (reader.errorCount > 0))
        return value
    }

    @Test(arguments: [
        ("no", "no"), ("1e3", "1e3"), ("'~'", "~"), ("\"null\"", "null"), ("''", ""),
        ("0x1f", "0x1f"), ("2026-11-23", "2026-11-23"),
    ])
    func `text is what is written`(yaml: String, value: String) throws {
        #expect(try read(yaml, as: .text) == value)
    }

    @Test(arguments: ["~", "null", "Null", "NULL", "[a]", "{a: b}"])
    func `nothing and collections are no text`(yaml: String) throws {
        #expect(try read(yaml, as: .text) == nil)
    }

    @Test(arguments: [
        ("7", 7), ("+7", 7), ("007", 7), ("0o17", 15), ("0x1f", 31), ("0x1F", 31), ("-1", -1),
    ])
    func `numbers follow the core schema of YAML 1.2`(yaml: String, value: Int) throws {
        #expect(try read(yaml, as: .integer(-10...100)) == value)
    }

    @Test(arguments: [
        "1_000", "1e1", "1.0", "0b1", "'7'", "~", "x", "12:30", "0x", "0o8", "0x+1",
        "99999999999999999999", "101", "-11",
    ])
    func `what only looks like a number is refused`(yaml: String) throws {
        #expect(try read(yaml, as: .integer(-10...100)) == nil)
    }

    @Test(arguments: [("true", true), ("True", true), ("TRUE", true), ("false", false)])
    func `true and false are booleans`(yaml: String, value: Bool) throws {
        #expect(try read(yaml, as: .boolean) == value)
    }

    @Test(arguments: ["yes", "no", "on", "off", "y", "1", "0", "'true'", "tRue", "~"])
    func `other words are no booleans`(yaml: String) throws {
        #expect(try read(yaml, as: .boolean) == nil)
    }

    @Test(arguments: ["/etc/x", "../x", "a/../b", "a/./b", ".", "''", "~"])
    func `paths stay inside`(yaml: String) throws {
        #expect(try read(yaml, as: .path) == nil)
    }

    @Test(arguments: ["a b", "''", "a;b", "\"a\\tb\"", "ä", "\"\\e\""])
    func `a word is one word of a command`(yaml: String) throws {
        #expect(try read(yaml, as: .word) == nil)
    }

    @Test func `elements that cannot be read are left out`() throws {
        let tree = YAMLFile(Array("[1, x, 2]".utf8), path: "f.yaml").tree
        var reader = DocumentReader(tree: tree, path: "f.yaml")
        let root = try #require(tree.roots.first)
        #expect(ValueSchema.list(of: .integer(0...9)).read(root, &reader) == [1, 2])
        #expect(reader.errorCount == 1)
    }
}
