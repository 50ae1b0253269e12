import RuntimeAPI
import Simulation
import Testing

@Suite struct ServerStateTableTests {
    @Test(arguments: Seed.runs)
    func `a printed table is read as the same table`(seed: Seed) throws {
        var random = RandomTables(seed)
        let table = random.states()
        #expect(try ServerStateTable.parse(table.text) == table)
    }

    @Test func `columns are found by name and unknown ones skipped`() throws {
        let table = try ServerStateTable.parse(
            "1\n# srv_name new_column be_name be_id srv_id srv_addr srv_port\na x web 3 7 ::1 80\n\n"
        )
        let row = try #require(table.rows.first)
        #expect(row.serverName == "a" && row.backendName == "web" && row.serverID == 7)
        #expect(row.address == "::1" && row.port == 80)
    }

    @Test(arguments: [
        ("", "show servers state, line 0: the format version is not 1"),
        ("2\n", "show servers state, line 1: the format version is not 1"),
        ("1\nfoo\n", "show servers state, line 2: no header line"),
        ("1\n# be_id be_name srv_id\n", "show servers state, line 2: the header lacks srv_name"),
        (
            "1\n# be_id be_name srv_id srv_name\n3 web 1\n",
            "show servers state, line 3: 3 columns where the header has 4"
        ),
        (
            "1\n# be_id be_name srv_id srv_name\n3 web x a\n",
            "show servers state, line 3: 'x' is not a number"
        ),
    ])
    func `a wrong table is refused with its line`(text: String, message: String) {
        let error = #expect(throws: TableError.self) { try ServerStateTable.parse(text) }
        #expect(error.map { "\($0)" } == message)
    }
}
