import RuntimeAPI
import Testing

@Suite struct BackendListTests {
    @Test func `a printed list is read as the same list`() throws {
        let list = BackendList(names: ["web", "api"])
        #expect(list.text == "# name\nweb\napi\n")
        #expect(try BackendList.parse(list.text) == list)
        #expect(throws: TableError.self) { try BackendList.parse("web\n") }
    }
}
