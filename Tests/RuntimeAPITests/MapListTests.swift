import RuntimeAPI
import Simulation
import Testing

@Suite struct MapListTests {
    @Test(arguments: Seed.runs)
    func `a printed table is read as the same table`(seed: Seed) throws {
        var random = RandomTables(seed)
        let table = random.maps()
        #expect(try MapList.parse(table.text) == table)
    }

    @Test func `a line without numbers is refused`() {
        #expect(throws: TableError.self) {
            try MapList.parse("# id (file) description\n5 (x) foo\n")
        }
        #expect(throws: TableError.self) { try MapList.parse("# id (file) description\n5 foo\n") }
    }
}
