import Model
import Planning
import Simulation
import Testing

struct PlannerTests {
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

    private func weight(_ value: Int) -> Weight { Weight(value) ?? .one }

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

    @Test func `a server of ours that nobody declares any more is removed, a foreign one is kept`()
    {
        var proxy = Build.converged(
            Build.fleet([Build.desired("a"), Build.desired("b", at: 2)]),
            on: Build.proxy()
        )
        let foreign = ObservedServer(
            name: Build.server("boot1"),
            id: 1,
            endpoint: Build.endpoint(3)
        )
        proxy.backends[Build.backend("shop")]?.servers[foreign.name] = foreign
        let plan = Planner.planProxy(Build.fleet([Build.desired("a")]), observed: proxy)
        #expect(Set(plan.steps.compactMap(\.change.server)) == [Build.path("b")])
        #expect(plan.steps.last?.change == .deleteServer(Build.path("b")))
        #expect(plan.remarks.contains { $0.kind == .unmanaged && $0.message.contains("boot1") })
    }

    @Test func `foreign servers are removed when the document says so and has been applied`() {
        var proxy = Build.proxy()
        let foreign = ObservedServer(
            name: Build.server("boot1"),
            id: 1,
            endpoint: Build.endpoint(3)
        )
        proxy.backends[Build.backend("shop")]?.servers[foreign.name] = foreign
        let fleet = Build.fleet([Build.desired("a")]) { $0.unmanaged = .remove }
        #expect(!changes(fleet, proxy).contains(.deleteServer(Build.path("boot1"))))
        let applied = Build.converged(fleet, on: proxy)
        #expect(changes(fleet, applied).contains(.deleteServer(Build.path("boot1"))))
    }

    @Test func `a server that track names is never deleted`() {
        let proxy = Build.converged(Build.fleet([Build.desired("a")]), on: Build.proxy())
        let fleet = Build.fleet([]) { backend in
            backend.boot = BootBackend()
            backend.boot?.referenced = [Build.server("a")]
        }
        let plan = Planner.planProxy(fleet, observed: proxy)
        #expect(plan.steps.isEmpty)
        #expect(plan.remarks.contains { $0.kind == .needsRestart })
    }

    @Test func `boot servers are adopted in place and keep their ids`() {
        var proxy = Build.proxy()
        var live = ObservedServer(name: Build.server("a"), id: 1, endpoint: Build.endpoint(1))
        live.isChecked = true
        live.isCheckEnabled = true
        proxy.backends[Build.backend("shop")]?.servers[live.name] = live
        let fleet = Build.fleet([
            Build.desired("a", [.check: .flag, .inter: .duration(Milliseconds(100))])
        ])
        let plan = Planner.planProxy(fleet, observed: proxy)
        #expect(plan.steps.isEmpty)
        #expect(plan.remarks.map(\.kind) == [.unknown])
    }

    @Test
    func `removals wait until the new servers are up, and a failed wait stops only that backend`() {
        let proxy = Build.converged(Build.fleet([Build.desired("old")]), on: Build.proxy())
        let plan = Planner.planProxy(
            Build.fleet([Build.desired("new", at: 2, [.check: .flag])]),
            observed: proxy
        )
        let ready = plan.steps.first {
            $0.change == .setAdmin(Build.path("new"), from: .drain, to: .ready)
        }
        let drain = plan.steps.first {
            $0.change == .setAdmin(Build.path("old"), from: .ready, to: .drain)
        }
        #expect(ready.map { [$0.id] } == drain?.after)
    }

    @Test func `what would go below the floor is postponed and said so`() {
        let proxy = Build.converged(
            Build.fleet((1...4).map { Build.desired("s\($0)", at: $0) }),
            on: Build.proxy()
        )
        let fleet = Build.fleet([Build.desired("s1", at: 1)]) { $0.minCapacity = 70 }
        let plan = Planner.planProxy(fleet, observed: proxy)
        let deletions = plan.steps.filter {
            if case .deleteServer = $0.change { true } else { false }
        }
        #expect(deletions.count == 1)
        #expect(plan.remarks.contains { $0.kind == .postponed })
    }

    @Test func `at most maxUnavailable servers are replaced at once`() {
        let names = (1...6).map { "s\($0)" }
        let proxy = Build.converged(
            Build.fleet(names.enumerated().map { Build.desired($1, at: $0) }),
            on: Build.proxy()
        )
        let fleet = Build.fleet(
            names.enumerated().map { Build.desired($1, at: $0, [.sendProxy: .flag]) }
        ) { $0.maxUnavailable = .count(2) }
        let plan = Planner.planProxy(fleet, observed: proxy)
        var generator = Seed(1).generator
        var effect = PlanEffect(proxy)
        for step in Interleaving.random(of: plan.steps, using: &generator) {
            effect.apply(step.change)
            #expect(effect.capacity(of: Build.backend("shop")) >= 4)
        }
        #expect(effect.refused == [])
    }

    @Test func `a surge serves under a temporary name and leaves nothing behind`() {
        let proxy = Build.converged(Build.fleet([Build.desired("a")]), on: Build.proxy())
        let fleet = Build.fleet([Build.desired("a", [.sendProxy: .flag])]) { backend in
            backend.replacement = .surge
            backend.minCapacity = 100
        }
        let plan = Planner.planProxy(fleet, observed: proxy)
        var effect = PlanEffect(proxy)
        for step in plan.steps {
            effect.apply(step.change)
            #expect(effect.capacity(of: Build.backend("shop")) >= 1)
        }
        #expect(effect.refused == [])
        #expect(changes(fleet, effect.proxy) == [])
    }

    @Test func `aspects that are not managed stay as they are`() {
        let proxy = Build.converged(Build.fleet([Build.desired("a")]), on: Build.proxy())
        let fleet = Build.fleet([
            Build.desired("a", at: 5, [.weight: .integer(7), .sendProxy: .flag], state: .drain),
            Build.desired("b", at: 6),
        ]) { $0.manages = [] }
        #expect(changes(fleet, proxy) == [])
    }

    @Test func `another owner's proxy is left alone unless taken over`() {
        let status = Build.map("virt@apus")
        var proxy = Build.proxy(Build.haproxy30)
        proxy.maps[status] = ObservedMap(
            name: status,
            entries: [MapEntry(key: "owner", value: "others"), MapEntry(key: "ready", value: "1")]
        )
        var fleet = Build.fleet([Build.desired("a")])
        fleet.statusMap = status
        fleet.owner = "us"
        let refused = Planner.planProxy(fleet, observed: proxy)
        #expect(refused.isRefused && refused.steps.isEmpty)
        var options = Planner.Options()
        options.takesOver = true
        let taken = Planner.planProxy(fleet, observed: proxy, options: options)
        #expect(
            taken.steps.first?.change
                == .setMapEntry(status, key: "owner", from: "others", to: "us")
        )
    }

    @Test func `ready is written last and once`() {
        let status = Build.map("virt@apus")
        var proxy = Build.proxy(Build.haproxy30)
        proxy.maps[status] = ObservedMap(name: status)
        var fleet = Build.fleet([Build.desired("a"), Build.desired("b", at: 2)])
        fleet.statusMap = status
        let plan = Planner.planProxy(fleet, observed: proxy)
        #expect(plan.steps.last?.change == .addMapEntry(status, MapEntry(key: "ready", value: "1")))
        #expect(plan.steps.last?.after == [2, 4])
        #expect(changes(fleet, Build.converged(fleet, on: proxy)) == [])
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
