import Model
import Testing

@testable import Desired

@Suite struct YAMLTextTests {
    private static let texts = [
        "shop", "web-1.par", "/api/", "10", "-1", "1e3", "no", "Null", "~", "", " a", "a b", "a: b",
        "a:b", "#x", "a #x", "'q'", "\"q\"", "back\\slash", "tab\there", "\u{1b}[31mred",
        "\u{202e}x",
        "ä 漢 🐦", "[::1]:80", "{a}", "*a", "&a", "!tag", "%x", "@x", "`x", "a\nb", "|", ">", "?",
        "-",
        "<<", "true", "\u{7f}", "\u{feff}x", "😀\u{1F3FB}",
    ]

    @Test(arguments: texts) func `what is written is read back, as key and as value`(text: String) {
        let written = "\(YAMLText.scalar(text)): {k: \(YAMLText.scalar(text))}\n"
        let file = YAMLFile(Array(written.utf8), path: "x.yaml")
        #expect(file.diagnostics == [], "\(written)")
        var keys: [String] = []
        var values: [String] = []
        for root in file.tree.roots {
            file.tree.forEachEntry(of: root) { key, value in
                keys.append(file.tree.string(key))
                file.tree.forEachEntry(of: value) { values.append(file.tree.string($1)) }
            }
        }
        #expect(keys == [text])
        #expect(values == [text])
    }

    @Test(arguments: texts) func `nothing that a terminal acts on is in the file`(text: String) {
        let written = YAMLText.scalar(text)
        #expect(VisibleText.escape(written.unicodeScalars) == written)
    }

    @Test func `an address stands plain on its own line unless YAML would read it otherwise`()
        throws
    {
        let plain = try #require(Endpoint("10.0.0.1:80"))
        #expect(YAMLText.blockAddress(plain) == "10.0.0.1:80")
        let quoted = try #require(Endpoint("[2001:db8::1]:80"))
        #expect(YAMLText.blockAddress(quoted) == "\"[2001:db8::1]:80\"")
    }
}
