import Model
import RuntimeAPI
import Simulation
import Testing

@Suite struct TableTests {
    @Test(arguments: Seed.runs)
    func `a printed table is read as the same table`(seed: Seed) throws {
        var random = RandomTables(seed)
        let states = random.states()
        #expect(try ServerStateTable.parse(states.text) == states)
        let connections = random.connections(threads: 3)
        #expect(try ServerConnTable.parse(connections.text(threads: 3)) == connections)
        let stats = random.stats()
        for format in [OutputFormat.plain, .typed, .json] {
            #expect(try StatTable.parse(stats.text(format)) == stats, "\(format)")
            let info = random.info()
            #expect(try InfoTable.parse(info.text(format)) == info, "\(format)")
        }
        let backends = BackendList(names: [random.commands.name(), random.commands.name()])
        #expect(try BackendList.parse(backends.text) == backends)
        let maps = random.maps()
        #expect(try MapList.parse(maps.text) == maps)
        let entries = random.entries()
        #expect(try MapDump.parse(entries.text) == entries)
        let file = random.statsFile()
        #expect(try StatsFile.parse(file.text) == file)
        let configuration = random.configuration()
        #expect(try ServerConfigTable.parse(configuration.text) == configuration)
    }

    @Test func `columns are found by name and unknown ones skipped`() throws {
        let table = try ServerStateTable.parse(
            "1\n# srv_name new_column be_name be_id srv_id srv_addr srv_port\na x web 3 7 ::1 80\n\n"
        )
        let row = try #require(table.rows.first)
        #expect(row.serverName == "a" && row.backendName == "web" && row.serverID == 7)
        #expect(row.endpoint == Endpoint("[::1]:80"))
        #expect(row.adminState == .ready)
    }

    @Test(arguments: [
        (0, AdminState.ready), (1, .maint), (5, .maint), (4, .ready), (8, .drain), (9, .maint),
        (0x20, .maint), (0x14, .drain),
    ])
    func `the administrative state ignores where it came from`(bits: Int, state: AdminState) {
        var row = ServerStateRow(backendID: 1, backendName: "web", serverID: 1, serverName: "a")
        row.adminBits = bits
        #expect(row.adminState == state)
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

    @Test func `only the columns asked for are kept`() throws {
        let table = try StatTable.parse(
            "# pxname,svname,scur,status,-,scur,\nweb,\"a \"\"b\"\", c\",1,UP,-,9,\n",
            keeping: [.serverName, .status]
        )
        #expect(table.rows.first?.text(.serverName) == "a \"b\", c")
        #expect(table.rows.first?.text(.status) == "UP")
        #expect(table.rows.first?.number(.scur) == nil)
    }

    @Test func `cut or hostile tables are refused`() {
        #expect(throws: TableError.self) { try StatTable.parse("# pxname,svname,scur,\nweb,\n") }
        #expect(throws: TableError.self) { try StatTable.parse("# foo,\n") }
        #expect(throws: TableError.self) { try StatTable.parse("S.1:x\n") }
        #expect(throws: TableError.self) {
            try StatTable.parse(String(repeating: "[", count: 100_000))
        }
        #expect(throws: TableError.self) { try StatTable.parse("[[{\"objType\":\"Server\"") }
        #expect(throws: TableError.self) { try InfoTable.parse("") }
        #expect(throws: TableError.self) { try MapList.parse("# id (file) description\n5 foo\n") }
        #expect(throws: TableError.self) { try MapDump.parse("foo\n") }
        #expect(throws: TableError.self) {
            try ServerConnTable.parse("# bkname/svname bkid/svid\nx 1/2\n")
        }
    }
}
