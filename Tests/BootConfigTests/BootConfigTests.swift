import BootConfig
import Model
import Testing

@Suite struct BootConfigTests {
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
        #expect(words(#"a "$PORT-x" "${NONE-8080}" "${PORT-1}" "${NONE}""#, environment) == ["a", "80-x", "8080", "80", ""])
        #expect(words(#"a "${EMPTY-full}""#, environment) == ["a", ""])
    }

    @Test func `sections know their kind, name, base and lines with their places`() throws {
        let config = parse(
            """
            # nothing
            global
                maxconn 10

            defaults base
                mode http
            frontend fe from base
                bind :80
            """
        )
        #expect(config.diagnostics.isEmpty)
        #expect(config.sections.map(\.kind) == [.global, .defaults, .frontend])
        let frontend = try #require(config.sections.last)
        #expect(frontend.name == "fe")
        #expect(frontend.from == "base")
        #expect(frontend.origin == Origin(file: "a.cfg", line: 7, column: 1))
        #expect(frontend.lines == [BootLine(words: ["bind", ":80"], origin: Origin(file: "a.cfg", line: 8, column: 1))])
    }

    @Test func `a proxy inherits from the last defaults before it unless it names one`() throws {
        let config = parse(
            """
            defaults one
                retries 1
            defaults two from one
                retries 2
            backend a
                retries 3
            defaults
                retries 4
            backend b from one
            backend c
            """
        )
        let lines = config.sections.filter { $0.kind == .backend }.map { section in
            config.effectiveLines(of: section).map { $0.words[1] }
        }
        #expect(lines == [["1", "2", "3"], ["1"], ["4"]])
    }

    @Test func `every mistake of a run is reported with its place`() {
        let config = parse(
            """
            maxconn 1
            frontend
            frontend a b
            backend x/y
            backend ok
                server "open
                server 'open
                option \\xZZ
            .if 1
            backend later from nowhere
            """
        )
        #expect(
            config.diagnostics.map(\.description) == [
                "a.cfg:1:1: unknown keyword 'maxconn' out of section.",
                "a.cfg:2:1: 'frontend' expects a name as argument.",
                "a.cfg:3:1: 'frontend' cannot handle unexpected argument 'b'.",
                "a.cfg:4:1: character '/' is not permitted in 'backend' name 'x/y'.",
                "a.cfg:6:12: unmatched quote at position 12",
                "a.cfg:7:12: unmatched quote at position 12",
                "a.cfg:8:12: truncated or invalid hexadecimal sequence at position 12",
                "a.cfg:9:1: '.if' is not supported: conditional blocks and directives are not read",
                "a.cfg:10:1: defaults section 'nowhere' not found for backend 'later'.",
            ]
        )
        #expect(config.sections.map(\.name) == ["ok", "later"])
    }

    @Test func `several files follow one another and a file ends its last section`() {
        let config = BootConfig.parse(
            files: [(name: "1.cfg", text: "backend a\n"), (name: "2.cfg", text: "server s 1.2.3.4:80\n")],
            environment: [:]
        )
        #expect(config.diagnostics.map(\.description) == ["2.cfg:1:1: unknown keyword 'server' out of section."])
    }

    @Test func `null bytes and unterminated lines are mistakes, not crashes`() {
        #expect(parse("global\n\0").diagnostics.map(\.message) == ["an unexpected null character"])
        #expect(parse("global\n maxconn \\").sections.first?.lines.first?.words == ["maxconn", "\\"])
        #expect(parse("global\n a \"${").diagnostics.count == 1)
        #expect(parse("global\n a \"$").diagnostics.count == 1)
    }
}
