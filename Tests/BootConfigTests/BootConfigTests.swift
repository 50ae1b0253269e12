import BootConfig
import Model
import Testing

@Suite struct BootConfigTests {
    private func parse(_ text: String, _ environment: [String: String] = [:]) -> BootConfig {
        BootConfig.parse(files: [(name: "a.cfg", text: text)], environment: environment)
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
        #expect(
            frontend.lines == [
                BootLine(words: ["bind", ":80"], origin: Origin(file: "a.cfg", line: 8, column: 1))
            ]
        )
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
        #expect(config.bases == [nil, 0, 1, nil, 0, 3])
    }
}
