import Model
import Planning
import Testing

struct CapacityForecastTests {
    private func server(
        _ name: String,
        weight: Int = 10,
        _ change: (inout ObservedServer) -> Void = { _ in }
    ) throws -> ObservedServer {
        var server = ObservedServer(name: Build.server(name), id: 1, endpoint: Build.endpoint(1))
        server.weight = try #require(Weight(weight))
        change(&server)
        return server
    }

    private func path(_ name: String) -> ServerPath {
        ServerPath(Build.backend("shop"), Build.server(name))
    }

    @Test func `only what takes traffic counts`() throws {
        let forecast = CapacityForecast([
            try server("a"), try server("b") { $0.admin = .drain },
            try server("c") { $0.operational = .stopped }, try server("d") { $0.isBackup = true },
        ])
        #expect(forecast.serving == 10)
        #expect(forecast.down == [Build.server("c")])
    }

    @Test func `a change costs what its server serves`() throws {
        var forecast = CapacityForecast([try server("a"), try server("b", weight: 4)])
        let lighter = try #require(Weight(1))
        let losses = [
            Change.setAdmin(path("a"), from: .ready, to: .drain),
            .setAdmin(path("a"), from: .drain, to: .maint),
            .setWeight(path("b"), from: .one, to: lighter),
        ].map { forecast.loss(by: $0) }
        #expect(losses == [10, 0, 3])
        #expect(forecast.serving == 1)
    }

    @Test func `an unchecked server counts when it is ready, a checked one when it was seen up`() {
        var forecast = CapacityForecast([])
        var checked = ServerAttributes()
        checked[.check] = .flag
        for (name, attributes) in [("a", ServerAttributes()), ("b", checked)] {
            let add = Change.addServer(
                path(name),
                id: 1,
                endpoint: Build.endpoint(1),
                attributes: attributes
            )
            _ = forecast.loss(by: add)
            _ = forecast.loss(by: .setAdmin(path(name), from: .maint, to: .ready))
        }
        #expect(forecast.serving == 1)
    }
}
