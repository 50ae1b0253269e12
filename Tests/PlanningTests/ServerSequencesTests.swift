import Model
import Planning
import Simulation
import Testing

struct ServerSequencesTests {
    private func changes(_ fleet: DesiredFleet, _ proxy: ObservedProxy) -> [Change] {
        Planner.planProxy(fleet, observed: proxy).steps.map(\.change)
    }

    @Test func `an unchecked server that is declared is added and then made ready`() {
        let server = Build.desired("web1")
        let path = Build.path("web1")
        let found = changes(Build.fleet([server]), Build.proxy())
        let digest = ServerIdentity.digest(of: server.attributes)
        let id = ServerIdentity.id(ServerIdentity.preferredID(of: path), carrying: digest)
        #expect(
            found == [
                .addServer(path, id: id, endpoint: server.endpoint, attributes: server.attributes),
                .setAdmin(path, from: .maint, to: .ready),
            ]
        )
    }

    @Test func `a checked server serves only after a check has passed`() {
        let path = Build.path("web1")
        let found = changes(Build.fleet([Build.desired("web1", [.check: .flag])]), Build.proxy())
        #expect(
            found.dropFirst() == [
                .enableHealth(path),
                .setAdmin(path, from: .maint, to: .drain),
                .awaitUp(path, within: Milliseconds(19_000)),
                .setAdmin(path, from: .drain, to: .ready),
            ]
        )
    }

    @Test func `init-state saves the way over drain where the proxy has it`() {
        let path = Build.path("web1")
        let found = changes(
            Build.fleet([Build.desired("web1", [.check: .flag])]),
            Build.proxy(Build.haproxy32)
        )
        guard case .addServer(_, _, _, let attributes)? = found.first else {
            Issue.record("no addition in \(found)")
            return
        }
        #expect(attributes.word(.initState) == "fully-down")
        #expect(
            found.dropFirst() == [
                .enableHealth(path),
                .setAdmin(path, from: .maint, to: .ready),
                .awaitUp(path, within: Milliseconds(19_000)),
            ]
        )
    }

    @Test func `a new address waits in drain for a check that started afterwards`() {
        let proxy = Build.converged(
            Build.fleet([Build.desired("a", [.check: .flag])]),
            on: Build.proxy()
        )
        let path = Build.path("a")
        let found = changes(Build.fleet([Build.desired("a", at: 9, [.check: .flag])]), proxy)
        #expect(
            found == [
                .setAdmin(path, from: .ready, to: .drain),
                .setAddress(path, from: Build.endpoint(1), to: Build.endpoint(9)),
                .awaitUp(path, within: Milliseconds(19_000)),
                .setAdmin(path, from: .drain, to: .ready),
            ]
        )
    }

    @Test func `a server of weight 0 is drained before it is removed, one that is down is not`() {
        let path = Build.path("a")
        var proxy = Build.converged(
            Build.fleet([Build.desired("a", [.check: .flag, .weight: .integer(0)])]),
            on: Build.proxy()
        )
        let drain = Change.setAdmin(path, from: .ready, to: .drain)
        #expect(changes(Build.fleet([]), proxy).first == drain)
        proxy.backends[path.backend]?.servers[path.server]?.operational = .stopped
        #expect(
            changes(Build.fleet([]), proxy) == [
                .setAdmin(path, from: .ready, to: .maint),
                .awaitRemovable(path, within: Milliseconds(600_000)),
                .deleteServer(path),
            ]
        )
    }
}
