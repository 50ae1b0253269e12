import RuntimeAPI
import Simulation
import Testing

@Suite struct MapDumpTests {
    @Test(arguments: Seed.runs)
    func `a printed table is read as the same table`(seed: Seed) throws {
        var random = RandomTables(seed)
        let table = random.entries()
        #expect(try MapDump.parse(table.text) == table)
    }

    @Test func `a value may hold line feeds`() throws {
        let dump = try MapDump.parse("0x7f01 a b c\nd\n0x7f02 e f\n")
        #expect(dump.rows.map(\.value) == ["b c\nd", "f"])
        #expect(throws: TableError.self) { try MapDump.parse("foo\n") }
    }
}
