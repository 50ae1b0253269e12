import Model
import Planning
import Testing

/// Backends that are made and deleted at runtime.
struct ProxyPlannerBackendsTests {
    private let blog = Build.backend("blog")
    private let hosts = Build.map("hosts.map")
    private let http: DefaultsName = Build.name("http")

    /// `blog` made from `http` with servers, and a map that routes a key to it.
    private func fleet(_ servers: [DesiredServer], routes: [String] = ["b"]) -> DesiredFleet {
        let entries = routes.map { DesiredMapEntry(key: $0, value: "blog", origin: Build.origin) }
        var map = DesiredMap(name: hosts, entries: entries, origin: Build.origin)
        map.unmanaged = .remove
        return Build.fleet(servers, backend: "blog", maps: [map]) { $0.defaults = http }
    }

    /// The same fleet when `blog` is not declared any more.
    private func without(_ fleet: DesiredFleet, routes: [String] = []) -> DesiredFleet {
        var fleet = fleet
        fleet.backends = []
        fleet.maps[0].entries = routes.map {
            DesiredMapEntry(key: $0, value: "blog", origin: Build.origin)
        }
        return fleet
    }

    private func proxy(_ capabilities: ProxyCapabilities = Build.haproxy34) -> ObservedProxy {
        var proxy = Build.proxy(capabilities, backends: [])
        proxy.maps[hosts] = ObservedMap(name: hosts)
        return proxy
    }

    private func kinds(_ plan: ProxyPlan) -> [String] {
        plan.steps.map { step in
            let words = "\(step.change)".prefix { $0 != "(" }
            return "\(step.id) \(words) after \(step.after)"
        }
    }

    @Test func `a backend is created, filled, published and only then routed to`() {
        let fleet = fleet([Build.desired("a"), Build.desired("b", at: 2)])
        let plan = Planner.planProxy(fleet, observed: proxy())
        #expect(
            kinds(plan) == [
                "1 addBackend after []", "2 addServer after [1]", "3 setAdmin after [2]",
                "4 addServer after [1]", "5 setAdmin after [4]", "6 publishBackend after [3, 5]",
                "7 addMapEntry after [6]",
            ]
        )
        let done = Build.converged(fleet, on: proxy())
        #expect(Planner.planProxy(fleet, observed: done).steps == [])
        #expect(done.backends[blog]?.isPublished == true)
    }

    @Test func `a backend without servers is published at once`() {
        let plan = Planner.planProxy(fleet([], routes: []), observed: proxy())
        #expect(kinds(plan) == ["1 addBackend after []", "2 publishBackend after [1]"])
    }

    @Test func `a backend that serves already is published without waiting for what is to come`() {
        let first = fleet([Build.desired("a")])
        var live = Build.converged(first, on: proxy())
        live.backends[blog]?.isPublished = false
        live.maps[hosts]?.entries = []
        let plan = Planner.planProxy(
            fleet([Build.desired("a"), Build.desired("b", at: 2)]),
            observed: live
        )
        #expect(
            kinds(plan) == [
                "1 addServer after []", "2 setAdmin after [1]", "3 publishBackend after []",
                "4 addMapEntry after [3]",
            ]
        )
    }

    @Test func `one that nobody declares any more is dereferenced, hidden, emptied and deleted`() {
        let before = fleet([Build.desired("a")])
        let live = Build.converged(before, on: proxy())
        let plan = Planner.planProxy(without(before), observed: live)
        #expect(
            kinds(plan) == [
                "1 deleteMapEntry after []", "2 unpublishBackend after [1]", "3 setAdmin after [2]",
                "4 grace after [3]", "5 setAdmin after [4]", "6 awaitRemovable after [5]",
                "7 deleteServer after [6]", "8 deleteBackend after [7]",
            ]
        )
        let done = Build.converged(without(before), on: live)
        #expect(done.backends[blog] == nil)
        #expect(Planner.planProxy(without(before), observed: done).steps == [])
    }

    @Test func `one that is declared again while it leaves comes back`() {
        let declared = fleet([Build.desired("a")])
        var effect = PlanEffect(Build.converged(declared, on: proxy()))
        let leaving = Planner.planProxy(without(declared), observed: effect.proxy).steps
        for step in leaving.prefix(5) { effect.apply(step.change) }
        let plan = Planner.planProxy(declared, observed: effect.proxy)
        #expect(
            kinds(plan) == [
                "1 setAdmin after []", "2 publishBackend after [1]", "3 addMapEntry after [2]",
            ]
        )
    }

    @Test func `killing the applier anywhere leads to the same end`() {
        let declared = fleet([Build.desired("a", at: 1, [.check: .flag]), Build.desired("b")])
        for (goal, start) in [
            (declared, proxy()), (without(declared), Build.converged(declared, on: proxy())),
        ] {
            let steps = Planner.planProxy(goal, observed: start).steps
            for cut in 0...steps.count {
                var effect = PlanEffect(start)
                for step in steps.prefix(cut) { effect.apply(step.change) }
                for step in Planner.planProxy(goal, observed: effect.proxy).steps {
                    effect.apply(step.change)
                }
                #expect(effect.refused == [], "after step \(cut)")
                #expect(Planner.planProxy(goal, observed: effect.proxy).steps == [])
            }
        }
    }

    @Test func `a backend stays as long as a map routes to it`() {
        let before = fleet([Build.desired("a")])
        let live = Build.converged(before, on: proxy())
        let plan = Planner.planProxy(without(before, routes: ["b"]), observed: live)
        #expect(plan.steps == [])
        #expect(plan.remarks.map(\.kind) == [.postponed])
        #expect(plan.remarks.first?.message.contains("map hosts.map still routes to it") == true)
    }

    @Test func `a backend stays as long as it holds servers of others`() {
        let before = fleet([Build.desired("a")])
        var live = Build.converged(before, on: proxy())
        let stranger = ObservedServer(
            name: Build.server("x"),
            id: 9,
            endpoint: Build.endpoint(9)
        )
        live.backends[blog]?.servers[stranger.name] = stranger
        let plan = Planner.planProxy(without(before), observed: live)
        #expect(plan.steps.contains { $0.change.backend != nil } == false)
        #expect(plan.remarks.map(\.kind) == [.postponed])
        #expect(plan.remarks.first?.message.contains("x") == true)
    }

    @Test(arguments: [Build.haproxy26, Build.haproxy32])
    func `a proxy that creates no backends needs a restart`(capabilities: ProxyCapabilities) {
        let plan = Planner.planProxy(
            fleet([Build.desired("a")], routes: []),
            observed: proxy(capabilities)
        )
        #expect(plan.steps == [])
        #expect(plan.remarks.map(\.kind) == [.needsRestart])
        #expect(plan.remarks.first?.origin == Build.origin)
    }

    @Test func `backends that somebody else made are left alone`() {
        var live = proxy()
        var other = ObservedBackend(name: blog, id: 7)
        other.isPublished = false
        for guid in [nil, "by-hand"] {
            other.guid = guid
            live.backends[blog] = other
            let plan = Planner.planProxy(without(fleet([])), observed: live)
            #expect(plan.steps == [])
            #expect(plan.remarks.map(\.kind) == [.unmanaged])
        }
    }

    @Test func `who declared a backend made by others owns it from then on`() {
        let declared = fleet([], routes: [])
        var live = proxy()
        live.backends[blog] = ObservedBackend(name: blog, id: 7)
        #expect(Planner.planProxy(declared, observed: live).steps == [])
        var options = Planner.Options()
        options.previous = declared
        let plan = Planner.planProxy(without(declared), observed: live, options: options)
        #expect(kinds(plan) == ["1 unpublishBackend after []", "2 deleteBackend after [1]"])
    }

    @Test func `another defaults section needs another name`() {
        let live = Build.converged(fleet([]), on: proxy())
        var changed = fleet([])
        changed.backends[0].defaults = Build.name("tcp")
        let plan = Planner.planProxy(changed, observed: live)
        #expect(plan.steps == [])
        #expect(plan.remarks.map(\.kind) == [.needsRestart])
    }

    @Test func `review shows a backend that comes or goes, and what would still route to it`() {
        let declared = fleet([Build.desired("a")])
        var target = declared
        target.proxies = [
            ProxyTarget(name: Build.name("lb1"), runtime: .unix("run/lb1.sock"))
        ]
        let revision = Revision(commit: "c", tree: "t", summary: "", author: "")
        let comes = Planner.plan(target, from: nil, revision: revision)
        #expect(comes.proxies[0].steps.first?.change.backend == blog)
        var gone = without(target, routes: ["b"])
        let stays = Planner.plan(gone, from: target, revision: revision)
        #expect(stays.proxies[0].steps == [])
        gone = without(target)
        let goes = Planner.plan(gone, from: target, revision: revision)
        #expect(goes.proxies[0].steps.last?.change == .deleteBackend(blog))
    }

    @Test func `a backend is one object to a reader`() {
        let declared = fleet([Build.desired("a")])
        let plan = Planner.planProxy(declared, observed: proxy())
        let entries = PlanEntry.entries(of: plan.steps)
        #expect(entries.map(\.action) == [.add, .add, .add])
        #expect(entries.first?.brief == "+ backend blog created from http")
        let live = Build.converged(declared, on: proxy())
        let goes = PlanEntry.entries(
            of: Planner.planProxy(without(declared), observed: live).steps
        )
        #expect(goes.map(\.brief).contains("- backend blog unpublish, delete"))
    }
}
