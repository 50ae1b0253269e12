import FoundationEssentials
import Model
import Planning
import Simulation
import Testing

@testable import Controller

@Suite struct StatusDescriptionTests {
    private let now = 1_764_000_000_000

    private func status() throws -> Status {
        var status = Status(repository: "/srv/git/fleet.git", ref: "main")
        status.good = Fixture.revision
        var edge = Status.Fleet(name: try FleetName("edge-par"))
        edge.condition = .stalled
        edge.message = "halted: lb1: 5 of 10 servers of shop went down"
        edge.attempted = Fixture.revision
        edge.applied = Fixture.older
        var lb1 = Status.Proxy(name: try ProxyName("lb1"), runtime: "unix:run/lb1.sock")
        lb1.isInSync = true
        var lb2 = Status.Proxy(name: try ProxyName("lb2"), runtime: "unix:run/lb2.sock")
        lb2.message = "observing: the connection was refused; is the proxy running?"
        lb2.retryInMilliseconds = 1_500
        edge.proxies = [lb1, lb2]
        edge.outcomes = [
            Status.Pass(
                revision: Fixture.revision,
                result: .failed,
                operations: 12,
                milliseconds: 840
            ),
            Status.Pass(
                revision: Fixture.older,
                result: .converged,
                operations: 7,
                milliseconds: 1_200
            ),
        ]
        var core = Status.Fleet(name: try FleetName("core"))
        core.condition = .ready
        core.applied = Fixture.older
        core.attempted = Fixture.older
        core.proxies = [lb1]
        status.fleets = [core, edge]
        return status
    }

    private func orders() throws -> Orders {
        let edge = try FleetName("edge-par")
        var orders = Orders()
        var suspension = Suspension(
            Suspension.Scope(fleet: edge, proxy: try ProxyName("lb2")),
            reason: "new kernel",
            actor: "ada",
            expires: now + 3_600_000 * 3
        )
        suspension.created = now - 600_000
        orders.suspensions = [suspension]
        var pin = Pin(
            fleet: try FleetName("core"),
            revision: Fixture.older,
            reason: "shop answers 500",
            actor: "bob"
        )
        pin.created = now - 90_000_000
        orders.pins = [pin]
        orders.halts = [Halt(fleet: edge, revision: Fixture.revision, message: "5 servers down")]
        return orders
    }

    @Test(arguments: [80, 160]) func `a fleet that stalled says why and what to do`(columns: Int)
        throws
    {
        let description = StatusDescription(
            status: try status(),
            orders: try orders(),
            controller: columns == 80 ? "apus run, pid 7" : nil,
            updated: WallTime(now - 30_000),
            now: WallTime(now),
            columns: columns
        )
        let text = description.lines.map(\.plain).joined(separator: "\n")
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= columns })
        #expect(Golden.difference(of: text, from: golden("status-\(columns).txt")) == nil)
    }

    @Test(arguments: [80, 160])
    func `history is a line a pass and why it ended so`(columns: Int) throws {
        var pass = PassRecord(
            fleet: try FleetName("edge-par"),
            revision: Fixture.revision,
            cause: .revision,
            actor: "apus run, pid 7"
        )
        pass.id = 41
        pass.summary = "2 to add, 1 to change, 1 to remove on 3 proxies (24 operations)"
        pass.begun = now - 7_300_000
        pass.ended = now - 7_299_000
        pass.result = .halted
        pass.message = "lb1: 5 of 10 servers of shop went down"
        var second = PassRecord(
            fleet: try FleetName("core"),
            revision: Fixture.older,
            cause: .apply,
            actor: "ada"
        )
        second.id = 40
        second.begun = now - 86_400_000 * 3
        second.ended = second.begun + 84
        second.result = .converged
        second.summary = "1 to add on 1 proxy (3 operations)"
        let description = HistoryDescription(now: WallTime(now), columns: columns)
        let lb1 = try ProxyName("lb1")
        let proxies = [
            PassRecord.Application(
                proxy: lb1,
                operations: 2,
                begun: 0,
                ended: 1,
                outcome: "failed",
                message: "No."
            )
        ]
        let operations = [
            PassRecord.Operation(
                proxy: lb1,
                step: 1,
                change: #"{"op":"deleteServer","server":"shop/s1"}"#,
                origin: "shop.yaml:9:5",
                result: nil
            ),
            PassRecord.Operation(
                proxy: lb1,
                step: 2,
                change: #"{"op":"deleteServer","server":"shop/s2"}"#,
                origin: "shop.yaml:9:5",
                result: "failed: No."
            ),
        ]
        let lines = description.lines([pass, second]) + description.lines(proxies, operations)
        let text = lines.map(\.plain).joined(separator: "\n")
        #expect(Golden.difference(of: text, from: golden("history-\(columns).txt")) == nil)
    }
}
