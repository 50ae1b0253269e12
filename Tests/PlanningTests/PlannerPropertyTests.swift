import Model
import Planning
import Simulation
import Testing

/// What holds for every plan, on random fleets and proxies.
struct PlannerPropertyTests {
    @Test(arguments: Seed.runs(300))
    func `planning again after applying finds nothing`(seed: Seed) {
        var scenario = Scenario(seed)
        scenario.fleet.backends[0].minCapacity = 0
        scenario.fleet.backends[0].maxUnavailable = .count(2)
        scenario.fleet.backends[0].unmanaged = .keep
        let effect = scenario.applied(scenario.proxy)
        #expect(effect.refused == [])
        #expect(scenario.plan(effect.proxy).steps.map { "\($0.change)" } == [])
    }

    @Test(arguments: Seed.runs(300))
    func `capacity stays above the floor in every interleaving`(seed: Seed) {
        var scenario = Scenario(seed)
        let backend = scenario.fleet.backends[0]
        var effect = PlanEffect(scenario.proxy)
        let now = effect.capacity(of: backend.name)
        let floor = (now * backend.minCapacity + 99) / 100
        let plan = scenario.plan(scenario.proxy)
        for step in Interleaving.random(of: plan.steps, using: &scenario.generator) {
            effect.apply(step.change)
            #expect(effect.capacity(of: backend.name) >= floor, "after \(step)")
        }
        #expect(effect.refused == [])
    }

    @Test(arguments: Seed.runs(300))
    func `stopping after any prefix still converges`(seed: Seed) {
        var scenario = Scenario(seed)
        var proxy = scenario.proxy
        for _ in 0..<4 {
            let steps = scenario.plan(proxy).steps
            var effect = PlanEffect(proxy)
            let order = Interleaving.random(of: steps, using: &scenario.generator)
            let cut = Int.random(in: 0...order.count, using: &scenario.generator)
            for step in order.prefix(cut) { effect.apply(step.change) }
            #expect(effect.refused == [])
            proxy = effect.proxy
        }
        for _ in 0..<12 {
            let plan = scenario.plan(proxy)
            if plan.steps.isEmpty { break }
            proxy = scenario.applied(proxy).proxy
        }
        let last = scenario.plan(proxy)
        #expect(last.steps == [])
        guard !last.remarks.contains(where: { $0.kind == .postponed }) else { return }
        let live = proxy.backends[scenario.fleet.backends[0].name]?.servers ?? [:]
        for server in scenario.fleet.backends[0].servers {
            #expect(live[server.name]?.endpoint == server.endpoint)
            #expect(live[server.name]?.admin == server.state)
            #expect(live[server.name]?.weight == server.attributes.weight)
        }
        #expect(live.values.allSatisfy { !$0.name.text.hasSuffix(".surge") })
    }

    @Test(arguments: Seed.runs(60))
    func `stopping after every single step leads to the same end`(seed: Seed) {
        var scenario = Scenario(seed)
        scenario.fleet.backends[0].minCapacity = 0
        let steps = scenario.plan(scenario.proxy).steps
        var ends: Set<[String]> = []
        for cut in 0...steps.count {
            var effect = PlanEffect(scenario.proxy)
            for step in steps.prefix(cut) { effect.apply(step.change) }
            var proxy = effect.proxy
            for _ in 0..<6 where !scenario.plan(proxy).steps.isEmpty {
                proxy = scenario.applied(proxy).proxy
            }
            #expect(scenario.plan(proxy).steps == [], "after step \(cut)")
            ends.insert(scenario.configured(proxy))
        }
        #expect(ends.count == 1, "\(ends)")
    }

    @Test(arguments: Seed.runs(100))
    func `steps touch neither foreign servers nor foreign keys`(seed: Seed) {
        var scenario = Scenario(seed)
        scenario.fleet.backends[0].unmanaged = .keep
        let declared = Set(scenario.fleet.backends[0].servers.map(\.name))
        let plan = scenario.plan(scenario.proxy)
        for step in plan.steps {
            guard let server = step.change.server else { continue }
            #expect(!server.server.text.hasPrefix("foreign") || declared.contains(server.server))
        }
    }

    @Test(arguments: Seed.runs(100))
    func `equal inputs give equal plans and every step comes after those it names`(seed: Seed) {
        let plan = Scenario(seed).plan(Scenario(seed).proxy)
        #expect(plan == Scenario(seed).plan(Scenario(seed).proxy))
        for (index, step) in plan.steps.enumerated() {
            #expect(step.id == index + 1)
            #expect(step.after.allSatisfy { $0 < step.id })
            #expect(step.after == step.after.sorted())
        }
    }
}

/// A fleet, and a proxy that some earlier life left in any state.
struct Scenario {
    var fleet: DesiredFleet
    let proxy: ObservedProxy
    var generator: SeededGenerator

    init(_ seed: Seed) {
        var generator = seed.generator
        let capabilities =
            [Build.haproxy26, Build.haproxy30, Build.haproxy32]
            .randomElement(using: &generator) ?? Build.haproxy26
        var proxy = Build.proxy(capabilities)
        let map = Build.map("hosts.map")
        proxy.maps[map] = ObservedMap(name: map)
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            let earlier = Self.fleet(using: &generator)
            var effect = PlanEffect(proxy)
            let steps = Planner.planProxy(earlier, observed: proxy).steps
            let cut = Int.random(in: 0...steps.count, using: &generator)
            for step in steps.prefix(cut) { effect.apply(step.change) }
            proxy = effect.proxy
        }
        Self.disturb(&proxy, using: &generator)
        fleet = Self.fleet(using: &generator)
        self.proxy = proxy
        self.generator = generator
    }

    func plan(_ proxy: ObservedProxy) -> ProxyPlan { Planner.planProxy(fleet, observed: proxy) }

    func applied(_ proxy: ObservedProxy) -> PlanEffect {
        var effect = PlanEffect(proxy)
        for step in plan(proxy).steps { effect.apply(step.change) }
        return effect
    }

    /// What a proxy is configured to do, in words that can be compared.
    func configured(_ proxy: ObservedProxy) -> [String] {
        var lines: [String] = []
        for name in proxy.backends.keys.sorted() {
            let servers = proxy.backends[name]?.servers ?? [:]
            for server in servers.values.sorted(by: { $0.name < $1.name }) {
                let address = server.endpoint?.description ?? "-"
                lines.append(
                    "\(name)/\(server.name) \(address) \(server.admin) \(server.weight) "
                        + "\(server.maxconn ?? 0) \(server.isChecked) \(server.isBackup)"
                )
            }
        }
        for map in proxy.maps.keys.sorted() {
            let entries = proxy.maps[map]?.entries.map { "\(map) \($0.key) \($0.value)" } ?? []
            lines += fleet.maps[0].isOrdered ? entries : entries.sorted()
        }
        return lines
    }

    private static func fleet(using generator: inout SeededGenerator) -> DesiredFleet {
        var servers: [DesiredServer] = []
        for index in 1...6 where generator.chance(60) {
            var pairs: [ServerAttribute: AttributeValue] = [:]
            if generator.chance(50) { pairs[.check] = .flag }
            if generator.chance(50) {
                pairs[.weight] = .integer(Int.random(in: 0...9, using: &generator))
            }
            if generator.chance(30) {
                pairs[.maxconn] = .integer(Int.random(in: 0...2, using: &generator))
            }
            if generator.chance(30) { pairs[.sendProxy] = .flag }
            if generator.chance(20) { pairs[.backup] = .flag }
            if generator.chance(20) { pairs[.port] = .integer(8_080) }
            let state =
                generator.chance(75) ? .ready : AdminState.allCases.randomElement(using: &generator)
            let last = index + (generator.chance(30) ? 100 : 0)
            servers.append(Build.desired("s\(index)", at: last, pairs, state: state ?? .ready))
        }
        let keys = ["a", "b", "c", "d"].filter { _ in generator.chance(50) }
        var map = DesiredMap(
            name: Build.map("hosts.map"),
            entries: keys.map { key in
                let value = generator.chance(50) ? "shop" : "other"
                return DesiredMapEntry(key: key, value: value, origin: Build.origin)
            },
            origin: Build.origin
        )
        map.isOrdered = generator.chance(20)
        map.isAtomic = generator.chance(30)
        map.unmanaged = generator.chance(50) ? .keep : .remove
        return Build.fleet(servers, maps: [map]) { backend in
            backend.minCapacity =
                generator.chance(50) ? 0 : Int.random(in: 0...100, using: &generator)
            backend.maxUnavailable = .count(Int.random(in: 1...3, using: &generator))
            backend.replacement = generator.chance(30) ? .surge : .inPlaceName
            backend.unmanaged = generator.chance(50) ? .keep : .remove
        }
    }

    /// What operators, checks and accidents do.
    private static func disturb(
        _ proxy: inout ObservedProxy,
        using generator: inout SeededGenerator
    ) {
        let backend = Build.backend("shop")
        for name in (proxy.backends[backend]?.servers.keys.sorted() ?? []) {
            guard generator.chance(40), var server = proxy.backends[backend]?.servers[name] else {
                continue
            }
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: server.weight = Weight(Int.random(in: 0...9, using: &generator)) ?? .one
            case 1: server.admin = AdminState.allCases.randomElement(using: &generator) ?? .ready
            case 2 where server.isChecked: server.operational = .stopped
            case 3: server.endpoint = Build.endpoint(200)
            default: server.isCheckEnabled = false
            }
            if server.admin == .maint { server.operational = .stopped }
            proxy.backends[backend]?.servers[name] = server
        }
        for index in 1...2 where generator.chance(40) {
            let name = Build.server("foreign\(index)")
            var server = ObservedServer(name: name, id: index, endpoint: Build.endpoint(50 + index))
            if generator.chance(30) { server.admin = .drain }
            proxy.backends[backend]?.servers[name] = server
        }
        let map = Build.map("hosts.map")
        for key in ["a", "b", "x"] where generator.chance(20) {
            proxy.maps[map]?.entries.append(MapEntry(key: key, value: "by hand"))
        }
    }
}
