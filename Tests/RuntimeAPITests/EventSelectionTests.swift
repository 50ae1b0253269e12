import Testing

@testable import RuntimeAPI

@Suite struct EventSelectionTests {
    @Test(arguments: ["x", "-wx", "-"])
    func `unknown options are refused as HAProxy does`(word: String) {
        let mistake = #expect(throws: RuntimeSyntaxError.self) {
            try RuntimeCommand.parse(line: "show events r \(word)")
        }
        #expect(mistake?.reply.text == "unknown option")
    }

    @Test func `options may be written together`() throws {
        let selection = try RuntimeCommand.parse(line: "show events r -wn")
        #expect(selection.words == ["show", "events", "r", "-w", "-n"])
    }
}
