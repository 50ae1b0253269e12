import RuntimeAPI
import Simulation
import Testing

@Suite struct StateDigestTableTests {
    @Test(arguments: Seed.runs)
    func `a printed table is read as the same table`(seed: Seed) throws {
        var random = RandomTables(seed)
        let table = random.digests()
        #expect(try StateDigestTable.parse(table.text) == table)
    }

    @Test func `a part is found by its kind and name, and kinds unknown here are passed over`()
        throws
    {
        let text = """
            # digest kind name
            00000000000000ff process -
            0000000000000001 backend shop
            0000000000000002 certificate shop
            0000000000000003 map maps/a\\ b.map

            """
        let table = try StateDigestTable.parse(text)
        #expect(table.total == 255)
        #expect(table[.backend, "shop"] == 1)
        #expect(table[.map, "maps/a b.map"] == 3)
        #expect(table[.frontend, "shop"] == nil)
        #expect(table.rows.count == 3)
    }

    @Test(arguments: ["", "# name\n", "# digest kind name\n12 backend shop\n"])
    func `anything else is an error`(text: String) {
        #expect(throws: TableError.self) { try StateDigestTable.parse(text) }
    }
}
