import RuntimeAPI
import Simulation
import Testing

@Suite struct ServerConfigTableTests {
    @Test(arguments: Seed.runs)
    func `a printed table is read as the same table`(seed: Seed) throws {
        var random = RandomTables(seed)
        let table = random.configuration()
        #expect(try ServerConfigTable.parse(table.text) == table)
    }
}
