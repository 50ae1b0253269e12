import BootConfig
import Model
import Testing

@Suite struct BootReaderTests {
    private func parse(_ text: String, _ environment: [String: String] = [:]) -> BootConfig {
        BootConfig.parse(files: [(name: "a.cfg", text: text)], environment: environment)
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
            .endif
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
                "a.cfg:11:1: defaults section 'nowhere' not found for backend 'later'.",
            ]
        )
        #expect(config.sections.map(\.name) == ["ok", "later"])
    }

    @Test func `several files follow one another and a file ends its last section`() {
        let config = BootConfig.parse(
            files: [
                (name: "1.cfg", text: "backend a\n"),
                (name: "2.cfg", text: "server s 1.2.3.4:80\n"),
            ],
            environment: [:]
        )
        #expect(
            config.diagnostics.map(\.description) == [
                "2.cfg:1:1: unknown keyword 'server' out of section."
            ]
        )
    }

    @Test func `the branches of a block are read as their conditions say`() {
        let config = parse(
            """
            .if defined(A)
            backend one
            .elif streq("$B",yes) && !0
            backend two
              .if 0
              nonsense "
              .elif 1
                mode http
              .endif
            .else
            backend three
            .endif
            """,
            ["B": "yes"]
        )
        #expect(config.diagnostics.isEmpty)
        #expect(config.sections.map(\.name) == ["two"])
        #expect(config.sections.first?.lines.map(\.words) == [["mode", "http"]])
    }

    @Test func `directives out of place and messages are reported`() {
        let config = parse(
            """
            .endif
            .notice "started"
            .warning "old"
            .if foo(
            .else
            .alert stop
            .else
            .endif
            .elif 1
            .what
            .if 1
            """
        )
        #expect(
            config.diagnostics.map(\.description) == [
                "a.cfg:1:1: lone '.endif' with no matching '.if'.",
                "a.cfg:2:1: note: 'started'.", "a.cfg:3:1: warning: 'old'.",
                "a.cfg:4:1: unparsable conditional expression 'foo('.", "a.cfg:6:1: 'stop'.",
                "a.cfg:7:1: '.else' after '.else' is not permitted.",
                "a.cfg:9:1: lone '.elif' with no matching '.if'.",
                "a.cfg:10:1: unknown directive '.what'.",
                "a.cfg:11:1: non-terminated '.if' block.",
            ]
        )
    }

    @Test func `global changes the environment of the lines after it`() {
        let config = parse(
            """
            global
              setenv A one
              presetenv A two
              presetenv B three
              unsetenv C
            backend "$A-$B-${C-none}"
              description "${LIST[*]}"
            """,
            ["C": "c", "LIST": "x y"]
        )
        #expect(config.diagnostics.isEmpty)
        #expect(config.sections.last?.name == "one-three-none")
        #expect(config.sections.last?.lines.first?.words == ["description", "x", "y"])
    }
}
