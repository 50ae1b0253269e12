import RuntimeAPI
import Testing

@Suite struct TableErrorTests {
    @Test func `the message says which table, where and why`() {
        let error = TableError("show map", line: 2, reason: "no numbers")
        #expect("\(error)" == "show map, line 2: no numbers")
    }
}
