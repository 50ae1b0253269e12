import BootConfig
import Model
import Testing

@Suite struct BootWordsTests {
    private func parse(_ text: String, _ environment: [String: String] = [:]) -> BootConfig {
        BootConfig.parse(files: [(name: "a.cfg", text: text)], environment: environment)
    }

    private func words(_ line: String, _ environment: [String: String] = [:]) -> [String] {
        parse("global\n\(line)", environment).sections.first?.lines.first?.words ?? []
    }

    @Test(arguments: [
        (#"a b  c"#, ["a", "b", "c"]),
        (#"a "b c" d"#, ["a", "b c", "d"]),
        (#"a 'b "c' d"#, ["a", #"b "c"#, "d"]),
        (#"a b\ c"#, ["a", "b c"]),
        (##"a b\#c # d"##, ["a", "b#c"]),
        (##"a b#c"##, ["a", "b"]),
        (##"a "b#c""##, ["a", "b#c"]),
        (#"a "" b"#, ["a", "", "b"]),
        (#"a \x41\t"#, ["a", "A\t"]),
        (#"a "b\"c""#, ["a", #"b"c"#]),
        (#"a '\n'"#, ["a", #"\n"#]),
        (#"a $HOME"#, ["a", "$HOME"]),
        (#"a b"c d"e"#, ["a", "bc de"]),
    ])
    func `words are split as HAProxy splits them`(line: String, expected: [String]) {
        #expect(words(line) == expected)
    }

    @Test func `variables are replaced inside double quotes only`() {
        let environment = ["PORT": "80", "EMPTY": ""]
        #expect(words(#"bind ":${PORT}" ':${PORT}'"#, environment) == ["bind", ":80", ":${PORT}"])
        #expect(
            words(#"a "$PORT-x" "${NONE-8080}" "${PORT-1}" "${NONE}""#, environment) == [
                "a", "80-x", "8080", "80", "",
            ]
        )
        #expect(words(#"a "${EMPTY-full}""#, environment) == ["a", ""])
    }

    @Test func `null bytes and unterminated lines are mistakes, not crashes`() {
        #expect(parse("global\n\0").diagnostics.map(\.message) == ["an unexpected null character"])
        #expect(
            parse("global\n maxconn \\").sections.first?.lines.first?.words == ["maxconn", "\\"]
        )
        #expect(parse("global\n a \"${").diagnostics.count == 1)
        #expect(parse("global\n a \"$").diagnostics.count == 1)
    }
}
