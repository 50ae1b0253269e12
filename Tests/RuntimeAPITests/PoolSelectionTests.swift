import Testing

@testable import RuntimeAPI

@Suite struct PoolSelectionTests {
    @Test func `pools are sorted, chosen by name and limited`() throws {
        guard
            case .showPools(let selection) = try RuntimeCommand.parse(
                line: "show pools byusage match buf 2"
            )
        else {
            Issue.record("another command")
            return
        }
        #expect(selection.order == .byUsage && selection.prefix == "buf" && selection.limit == 2)
        let mistake = #expect(throws: RuntimeSyntaxError.self) {
            try RuntimeCommand.parse(line: "show pools nope")
        }
        #expect(
            mistake?.reply.text
                == "Expects either 'byname', 'bysize', 'byusage', 'match <pfx>', or a max number of output lines."
        )
    }
}
