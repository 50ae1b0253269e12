import RuntimeAPI
import Simulation
import Testing

@Suite struct StatsFileTests {
    @Test(arguments: Seed.runs)
    func `a printed table is read as the same table`(seed: Seed) throws {
        var random = RandomTables(seed)
        let table = random.statsFile()
        #expect(try StatsFile.parse(table.text) == table)
    }

    @Test func `guids are in every section`() throws {
        let file = try StatsFile.parse("#fe guid,stot,\n\n#be guid,stot,\napus:1:2,0,\nx,1,\n")
        #expect(file.guids == ["apus:1:2", "x"])
        #expect(throws: TableError.self) { try StatsFile.parse("x,1,\n") }
    }
}
