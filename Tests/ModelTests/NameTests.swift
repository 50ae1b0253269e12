import Model
import Testing

@Suite struct NameTests {
    @Test(arguments: ["a", "web-1", "a.b:c_d-e", "0", "-", String(repeating: "x", count: 255)])
    func `names HAProxy accepts are accepted`(text: String) throws {
        #expect(try ServerName(text).text == text)
    }

    @Test(arguments: [
        ("", "a name cannot be empty"), ("a b", "character ' ' is not permitted in a name"),
        ("a/b", "character '/' is not permitted in a name"),
        ("ä", "character '\\u{00E4}' is not permitted in a name"),
        ("a\n", "character '\\n' is not permitted in a name"),
        ("a;b", "character ';' is not permitted in a name"),
        (String(repeating: "x", count: 256), "a name has at most 255 characters"),
    ]) func `others are refused with the character`(text: String, reason: String) {
        let error = #expect(throws: InvalidName.self) { try ServerName(text) }
        #expect(error?.reason == reason)
    }

    @Test(arguments: [
        "virt@hosts.map", "/etc/haproxy/maps/hosts.map", "maps/hosts.map", "opt@x", "ä.map",
    ])
    func `file names HAProxy accepts are accepted`(text: String) throws {
        #expect(try PatternFileName(text).text == text)
    }

    @Test(arguments: ["", "a b", "a;b", "a\\b", "a\tb", "a\u{0}"])
    func `file names that would split a command are refused`(text: String) {
        #expect(throws: InvalidName.self) { try PatternFileName(text) }
    }
}
