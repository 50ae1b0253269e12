import RuntimeAPI
import Simulation
import Testing

@Suite struct ServerConnTableTests {
    @Test(arguments: Seed.runs)
    func `a printed table is read as the same table`(seed: Seed) throws {
        var random = RandomTables(seed)
        let table = random.connections(threads: 3)
        #expect(try ServerConnTable.parse(table.text(threads: 3)) == table)
    }

    @Test func `a line that ends early is refused`() {
        #expect(throws: TableError.self) {
            try ServerConnTable.parse("# bkname/svname bkid/svid addr port\nweb/a 1/2\n")
        }
        #expect(throws: TableError.self) {
            try ServerConnTable.parse("# bkname/svname bkid/svid\nx 1/2\n")
        }
    }
}
