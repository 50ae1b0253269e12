import Testing

@testable import Proxy

@Suite struct BackendPopulationTests {
    private func population() throws -> BackendPopulation {
        let fixture = try RuntimeFixture(
            """
            defaults base
             mode http
            frontend fe
             bind :80
             use_backend named if { nbsrv(asked) gt 0 }
             default_backend usual
            backend named
            backend asked
            backend usual
            backend free
            listen both
             bind :81
            """
        )
        return fixture.service.table.population
    }

    @Test func `what the boot file names stays`() throws {
        let population = try population()
        #expect(population.pinned == [0, 1, 2, 4])
        #expect(population.listens == [4])
        #expect(population.owner(of: "fe") == "frontend")
        #expect(population.owner(of: "base") == "defaults")
        #expect(population.owner(of: "other") == nil)
    }

    @Test func `a number is given again only when nobody uses it`() throws {
        var population = try population()
        let first = try #require(population.takeNumber { _ in false })
        #expect(first == population.firstDynamicNumber)
        population.release(first)
        population.release(0)
        #expect(population.takeNumber { $0 == first } == first + 1)
        #expect(population.takeNumber { _ in false } == first)
        for _ in 2..<BackendTable.dynamicLimit { _ = population.takeNumber { _ in false } }
        #expect(population.takeNumber { _ in false } == nil)
    }
}
