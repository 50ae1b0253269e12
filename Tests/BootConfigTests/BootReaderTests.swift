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
}
