import RuntimeAPI
import Simulation
import Testing

@Suite struct StatTableTests {
    @Test(arguments: Seed.runs)
    func `a printed table is read as the same table in every format`(seed: Seed) throws {
        var random = RandomTables(seed)
        let stats = random.stats()
        for format in [OutputFormat.plain, .typed, .json] {
            #expect(try StatTable.parse(stats.text(format)) == stats, "\(format)")
        }
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

    @Test func `a column set out of order takes its place`() {
        var row = StatRow()
        row[.status] = .text("UP")
        row[.proxyName] = .text("web")
        row.append(.scur, .number(1))
        #expect(StatTable(rows: [row]).text(.plain).contains("\nweb,,,,1,,,,,,,,,,,,,UP,"))
        row[.scur] = nil
        #expect(row.number(.scur) == nil && row.text(.status) == "UP")
    }

    @Test(arguments: [
        "# pxname,svname,scur,\nweb,\n", "# foo,\n", "S.1:x\n", "S.3.1.17.status.1:SGP:str:UP\n",
        "[[{\"objType\":\"Server\"", "{}", "[1]", "[[{}]]",
    ])
    func `cut or strange tables are refused`(text: String) {
        #expect(throws: TableError.self) { try StatTable.parse(text) }
    }
}
