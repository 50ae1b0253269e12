import Model
import Testing

@testable import Planning

/// Planning twice as much takes twice as many steps, not four times: counted, so no clock can lie.
struct PlanningWorkTests {
    /// A fleet whose servers are one part new, one part moved, one part replaced and one part gone.
    private func work(servers count: Int) -> Int {
        let names = (0..<count).map { "s\($0)" }
        let before = names.prefix(count * 3 / 4).map { Build.desired($0, at: 1, [.check: .flag]) }
        let proxy = Build.converged(Build.fleet(before), on: Build.proxy())
        let after = names.enumerated().dropFirst(count / 4).map { index, name in
            index % 2 == 0
                ? Build.desired(name, at: 2, [.check: .flag])
                : Build.desired(name, at: 1, [.check: .flag, .fall: .integer(7)])
        }
        let entries = names.map { DesiredMapEntry(key: $0, value: "shop", origin: Build.origin) }
        let map = DesiredMap(name: Build.map("hosts.map"), entries: entries, origin: Build.origin)
        var observed = proxy
        observed.maps[map.name] = ObservedMap(name: map.name)
        let fleet = Build.fleet(after, maps: [map]) { $0.maxUnavailable = .percent(25) }
        var planner = ProxyPlanner(fleet, observed, options: Planner.Options())
        #expect(planner.plan().steps.count > count)
        return planner.work
    }

    /// A map of which one part is new, one part changes and one part goes.
    private func work(keys count: Int) -> Int {
        func entries(_ range: Range<Int>, _ value: (Int) -> String) -> [DesiredMapEntry] {
            range.map { DesiredMapEntry(key: "k\($0)", value: value($0), origin: Build.origin) }
        }
        let name = Build.map("hosts.map")
        let wanted = entries(count / 4..<count) { $0 % 8 == 0 ? "other" : "shop" }
        var map = DesiredMap(name: name, entries: wanted, origin: Build.origin)
        map.unmanaged = .remove
        var observed = Build.proxy()
        observed.maps[name] = ObservedMap(
            name: name,
            entries: (0..<count * 3 / 4).map { MapEntry(key: "k\($0)", value: "shop") }
        )
        let fleet = Build.fleet([Build.desired("a")], maps: [map])
        var planner = ProxyPlanner(fleet, observed, options: Planner.Options())
        #expect(!planner.plan().steps.isEmpty)
        return planner.work
    }

    /// Backends made at runtime, half of them new and half of them to go, each routed to.
    private func work(backends count: Int) -> Int {
        func fleet(_ range: Range<Int>) -> DesiredFleet {
            let names = range.map { "b\($0)" }
            let map = DesiredMap(
                name: Build.map("hosts.map"),
                entries: names.map { DesiredMapEntry(key: $0, value: $0, origin: Build.origin) },
                origin: Build.origin
            )
            var fleet = Build.fleet([], maps: [map])
            fleet.maps[0].unmanaged = .remove
            fleet.backends = names.map { name in
                var backend = DesiredBackend(
                    name: Build.backend(name),
                    document: name,
                    servers: [Build.desired("s", at: 1, [.check: .flag])],
                    origin: Build.origin
                )
                backend.defaults = Build.name("http")
                return backend
            }
            return fleet
        }
        var proxy = Build.proxy(Build.haproxy34, backends: [])
        proxy.maps[Build.map("hosts.map")] = ObservedMap(name: Build.map("hosts.map"))
        let observed = Build.converged(fleet(0..<count / 2), on: proxy)
        let goal = fleet(count / 2..<count)
        var planner = ProxyPlanner(goal, observed, options: Planner.Options())
        #expect(planner.plan().steps.count > count)
        return planner.work
    }

    @Test func `work grows like n log n with the keys of a map and with backends`() {
        let sizes = [500, 1_000, 2_000]
        for works in [sizes.map { work(keys: $0) }, sizes.map { work(backends: $0) }] {
            for (small, large) in zip(works, works.dropFirst()) {
                #expect(Double(large) / Double(small) < 2.3)
            }
        }
    }

    @Test func `work grows like n log n when every server changes`() {
        let works = [500, 1_000, 2_000, 4_000].map { Double(work(servers: $0)) }
        for (small, large) in zip(works, works.dropFirst()) {
            // n log n: a little more than twice; a quadratic part would show as four times.
            #expect(large / small < 2.3)
        }
    }
}
