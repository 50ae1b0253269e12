import Model
import Planning
import Simulation
import Testing

struct PlannerTests {
    private func changes(_ fleet: DesiredFleet, _ proxy: ObservedProxy) -> [Change] {
        Planner.planProxy(fleet, observed: proxy).steps.map(\.change)
    }

    private func weight(_ value: Int) -> Weight { Weight(value) ?? .one }

    @Test func `a guid carries the digest on 3.0 and id bits before`() {
        let fleet = Build.fleet([Build.desired("web1", [.inter: .duration(Milliseconds(500))])])
        guard
            case .addServer(let path, let id, _, let attributes)? = changes(
                fleet,
                Build.proxy(Build.haproxy30)
            ).first,
            case .addServer(_, let marked, _, let plain)? = changes(fleet, Build.proxy()).first
        else {
            Issue.record("no addition")
            return
        }
        #expect(id == ServerIdentity.preferredID(of: path))
        #expect(attributes.word(.guid)?.hasPrefix("apus:") == true)
        #expect(ServerIdentity.ringID(marked) == id)
        #expect(ServerIdentity.digest(inID: marked) != nil)
        #expect(plain.word(.guid) == nil)
    }

    @Test func `balance first keeps ids plain because they are the order`() {
        let fleet = Build.fleet([Build.desired("web1")]) { backend in
            backend.boot = BootBackend()
            backend.boot?.balance = "first"
        }
        guard case .addServer(let path, let id, _, _)? = changes(fleet, Build.proxy()).first else {
            Issue.record("no addition")
            return
        }
        #expect(id == ServerIdentity.preferredID(of: path))
    }

    @Test func `proxies that run the same get the plan that each would get alone`() {
        let fleet = Build.fleet([Build.desired("a"), Build.desired("b", at: 2)])
        let live = (0..<6).map { number in
            var proxy = Build.converged(Build.fleet([Build.desired("a")]), on: Build.proxy())
            // One differs from the rest.
            if number == 4 { proxy = Build.proxy() }
            proxy.name = Build.name("lb\(number)")
            return proxy
        }
        let plan = Planner.plan(fleet, revision: Revision(commit: "1", tree: "2"), observed: live)
        for proxy in live {
            let alone = Planner.planProxy(fleet, observed: proxy)
            let shared = plan.proxies.first { $0.proxy == proxy.name }
            #expect(shared?.steps == alone.steps && shared?.base == alone.base)
        }
    }

    @Test func `equal states need no steps`() {
        let fleet = Build.fleet([Build.desired("a", [.check: .flag]), Build.desired("b", at: 2)])
        let proxy = Build.converged(fleet, on: Build.proxy())
        #expect(changes(fleet, proxy) == [])
    }

    @Test func `weight, maxconn and state change in place`() {
        let before = Build.fleet([Build.desired("a", [.weight: .integer(10)])])
        let after = Build.fleet([
            Build.desired("a", [.weight: .integer(20), .maxconn: .integer(5)], state: .drain)
        ])
        let proxy = Build.converged(before, on: Build.proxy())
        let path = Build.path("a")
        let found = changes(after, proxy)
        #expect(
            Set(found) == [
                .setMaxconn(path, from: 0, to: 5),
                .setWeight(path, from: weight(10), to: weight(20)),
                .setAdmin(path, from: .ready, to: .drain),
            ]
        )
        #expect(found.count == 3)
    }

    @Test func `an attribute without a command replaces the server under its ring id`() {
        let proxy = Build.converged(Build.fleet([Build.desired("a")]), on: Build.proxy())
        let path = Build.path("a")
        let found = changes(Build.fleet([Build.desired("a", [.sendProxyV2: .flag])]), proxy)
        #expect(
            found.prefix(5) == [
                .setAdmin(path, from: .ready, to: .drain),
                .grace(path, Milliseconds(5_000)),
                .setAdmin(path, from: .drain, to: .maint),
                .awaitRemovable(path, within: Milliseconds(600_000)),
                .deleteServer(path),
            ]
        )
        guard case .addServer(_, let id, _, _)? = found.dropFirst(5).first else {
            Issue.record("no addition in \(found)")
            return
        }
        #expect(ServerIdentity.ringID(id) == ServerIdentity.preferredID(of: path))
    }

    @Test func `a fleet that mixes ring generations is warned`() {
        let fleet = Build.fleet([]) { backend in
            backend.boot = BootBackend()
            backend.boot?.usesConsistentHash = true
        }
        let revision = Revision(commit: "1", tree: "2")
        let mixed = [Build.proxy(Build.haproxy26), Build.proxy(Build.haproxy30, name: "lb2")]
        let plan = Planner.plan(fleet, revision: revision, observed: mixed)
        #expect(plan.proxies.map { $0.remarks.map(\.kind) } == [[.warning], [.warning]])
        let alike = Planner.plan(fleet, revision: revision, observed: [mixed[0]])
        #expect(alike.proxies.flatMap(\.remarks) == [])
    }
}
