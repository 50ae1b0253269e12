import Model
import Planning
import Simulation
import Testing

struct BackendPlannerTests {
    private func changes(_ fleet: DesiredFleet, _ proxy: ObservedProxy) -> [Change] {
        Planner.planProxy(fleet, observed: proxy).steps.map(\.change)
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

    @Test func `an agent that moves is asked elsewhere, without a replacement`() {
        let agent: [ServerAttribute: AttributeValue] = [
            .agentCheck: .flag, .agentPort: .integer(9_000),
        ]
        let before = Build.fleet([Build.desired("a", at: 1, agent)])
        var live = Build.converged(before, on: Build.proxy())
        #expect(changes(before, live) == [])
        let moved = agent.merging([.agentPort: .integer(9_001), .agentAddr: .word("10.0.0.9")]) {
            $1
        }
        let fleet = Build.fleet([Build.desired("a", at: 1, moved)])
        #expect(
            changes(fleet, live)
                == [.setAgentAddress(Build.path("a"), address: "10.0.0.9", port: 9_001)]
        )
        live = Build.converged(fleet, on: live)
        #expect(changes(fleet, live) == [])
        // Back to where the server itself is.
        #expect(
            changes(before, live)
                == [.setAgentAddress(Build.path("a"), address: "10.0.0.1", port: 9_000)]
        )
        #expect(changes(before, Build.converged(before, on: live)) == [])
    }

    @Test func `a server that will get no traffic is replaced without a surge`() {
        let before = Build.fleet([Build.desired("a", at: 1, [.check: .flag])])
        let live = Build.converged(before, on: Build.proxy())
        let fleet = Build.fleet([
            Build.desired("a", at: 1, [.check: .flag, .fall: .integer(9), .weight: .integer(0)])
        ]) { $0.replacement = .surge }
        let plan = Planner.planProxy(fleet, observed: live)
        #expect(plan.steps.allSatisfy { $0.change.server == Build.path("a") })
    }

    @Test func `a surge is one replacement to a reader`() {
        let before = Build.fleet([Build.desired("a", at: 1, [.check: .flag])])
        let live = Build.converged(before, on: Build.proxy())
        let fleet = Build.fleet([Build.desired("a", at: 1, [.check: .flag, .fall: .integer(9)])]) {
            $0.replacement = .surge
        }
        let entries = PlanEntry.entries(of: Planner.planProxy(fleet, observed: live).steps)
        #expect(entries.count == 1)
        #expect(entries.first?.brief.contains("another serves in its place") == true)
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

}
