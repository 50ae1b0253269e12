import Model
import Simulation
import Testing

@testable import Controller

@Suite struct ControllerMetricsTests {
    @Test func `the exposition is OpenMetrics, in one order`() throws {
        let board = StatusBoard(repository: "/srv/fleet.git", ref: "ma\"in")
        let edge = try FleetName("edge")
        board.update { _, metrics in
            metrics.passes[.converged] = 3
            metrics.operations["done"] = 24
            metrics.triggers[.push] = 2
            metrics.drift[edge] = 1
            metrics.filesParsed = 12
            metrics.planSeconds.observe(0.004)
            metrics.pushToConfirmedSeconds.observe(0.084)
            metrics.pushToConfirmedSeconds.observe(700)
        }
        board.update(edge) { fleet in
            fleet.applied = Fixture.revision
            fleet.proxies = ["lb1", "lb2"].compactMap { name in
                (try? ProxyName(name)).map {
                    Status.Proxy(name: $0, runtime: "unix:x", isInSync: name == "lb1")
                }
            }
        }
        #expect(Golden.difference(of: board.metrics, from: golden("metrics.txt")) == nil)
    }
}
