import Planning
import Testing

@testable import Controller

@Suite struct TerminalStyleTests {
    @Test func `meanings become colours, and only there`() {
        var line = StyledText("+ ", .added)
        line.append("web1")
        #expect(TerminalStyle(hasColor: true).render(line) == "\u{1b}[32m+ \u{1b}[0mweb1")
        #expect(TerminalStyle(hasColor: false).render(line) == "+ web1")
    }

    @Test(
        arguments: [
            (ColorMode.auto, true, [:], true),
            (.auto, false, [:], false),
            (.auto, true, ["NO_COLOR": "1"], false),
            (.auto, true, ["NO_COLOR": ""], true),
            (.auto, false, ["CLICOLOR_FORCE": "1"], true),
            (.auto, false, ["CLICOLOR_FORCE": "0"], false),
            (.auto, true, ["NO_COLOR": "1", "CLICOLOR_FORCE": "1"], false),
            (.auto, true, ["TERM": "dumb"], false),
            (.always, false, ["NO_COLOR": "1"], true),
            (.never, true, ["CLICOLOR_FORCE": "1"], false),
        ] as [(ColorMode, Bool, [String: String], Bool)]
    )
    func `the option, then the environment, then the terminal decide`(
        mode: ColorMode,
        isTerminal: Bool,
        environment: [String: String],
        expected: Bool
    ) {
        #expect(mode.hasColor(onTerminal: isTerminal, environment: environment) == expected)
    }
}
