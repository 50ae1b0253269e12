import Model
import RuntimeAPI
import Simulation
import Testing

@Suite struct InfoTableTests {
    @Test(arguments: Seed.runs)
    func `a printed table is read as the same table in every format`(seed: Seed) throws {
        var random = RandomTables(seed)
        let info = random.info()
        for format in [OutputFormat.plain, .typed, .json] {
            #expect(try InfoTable.parse(info.text(format)) == info, "\(format)")
        }
    }

    @Test func `a process is known by its pid and start`() throws {
        let table = try InfoTable.parse(
            "Version: 2.6.12-1\nPid: 7\nStart_time_sec: 99\nStopping: 1\n"
        )
        #expect(table.incarnation == Incarnation(pid: 7, startTime: 99))
        #expect(table.version == ProxyVersion(2, 6, 12))
        #expect(table.isStopping)
    }

    @Test func `nothing is not a table`() {
        #expect(throws: TableError.self) { try InfoTable.parse("") }
        #expect(throws: TableError.self) { try InfoTable.parse("no colon\n") }
    }
}
