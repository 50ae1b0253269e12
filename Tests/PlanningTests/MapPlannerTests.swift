import Model
import Planning
import Testing

struct MapPlannerTests {
    private let name = Build.map("hosts.map")

    private func changes(
        _ desired: [(String, String)],
        over live: [(String, String)],
        servers: [DesiredServer] = [],
        options: Planner.Options = Planner.Options(),
        _ change: (inout DesiredMap) -> Void = { _ in }
    ) -> [Change] {
        var map = DesiredMap(
            name: name,
            entries: desired.map { DesiredMapEntry(key: $0.0, value: $0.1, origin: Build.origin) },
            origin: Build.origin
        )
        change(&map)
        var proxy = Build.proxy()
        proxy.maps[name] = ObservedMap(
            name: name,
            entries: live.map { MapEntry(key: $0.0, value: $0.1) }
        )
        let fleet = Build.fleet(servers, maps: [map])
        return Planner.planProxy(fleet, observed: proxy, options: options).steps.map(\.change)
    }

    @Test func `keys are added and set one by one, and foreign keys stay`() {
        let found = changes([("a", "1"), ("b", "2")], over: [("b", "old"), ("x", "9")])
        #expect(
            found == [
                .addMapEntry(name, MapEntry(key: "a", value: "1")),
                .setMapEntry(name, key: "b", from: "old", to: "2"),
            ]
        )
    }

    @Test func `answers to ACME challenges are never touched`() {
        let challenge = ("/.well-known/acme-challenge/token", "answer")
        let live = [("a", "1"), challenge, ("x", "9")]
        let found = changes([("a", "1")], over: live) { $0.unmanaged = .remove }
        #expect(found == [.deleteMapEntry(name, MapEntry(key: "x", value: "9"))])
        let whole = changes([("b", "1"), ("c", "2")], over: live) {
            $0.unmanaged = .remove
            $0.isAtomic = true
        }
        guard case .replaceMap(_, let entries, _, _, _)? = whole.first else {
            Issue.record("\(whole)")
            return
        }
        #expect(entries.map(\.key) == ["b", "c", challenge.0])
    }

    @Test func `foreign keys go when the document says so`() {
        let found = changes([("a", "1")], over: [("a", "1"), ("x", "9")]) { $0.unmanaged = .remove }
        #expect(found == [.deleteMapEntry(name, MapEntry(key: "x", value: "9"))])
    }

    @Test
    func `a key that the last applied revision declared is removed although foreign keys stay`() {
        var options = Planner.Options()
        let entry = DesiredMapEntry(key: "x", value: "9", origin: Build.origin)
        options.previous = Build.fleet(
            [],
            maps: [DesiredMap(name: name, entries: [entry], origin: Build.origin)]
        )
        let found = changes([], over: [("x", "9"), ("y", "9")], options: options)
        #expect(found == [.deleteMapEntry(name, MapEntry(key: "x", value: "9"))])
    }

    @Test func `duplicates with another value are set alike by one command`() {
        let found = changes([("a", "1")], over: [("a", "1"), ("a", "2")])
        #expect(found == [.setMapEntry(name, key: "a", from: "2", to: "1")])
        #expect(changes([("a", "1")], over: [("a", "1"), ("a", "1")]) == [])
    }

    @Test func `an atomic map changes several keys in one new version`() {
        let found = changes([("a", "1"), ("b", "2")], over: [("x", "9")]) { $0.isAtomic = true }
        let entries = [("a", "1"), ("b", "2"), ("x", "9")].map { MapEntry(key: $0.0, value: $0.1) }
        #expect(found == [.replaceMap(name, entries: entries, added: 2, changed: 0, removed: 0)])
    }

    @Test func `one change of an atomic map is atomic by itself`() {
        let found = changes([("a", "1")], over: []) { $0.isAtomic = true }
        #expect(found == [.addMapEntry(name, MapEntry(key: "a", value: "1"))])
    }

    @Test func `another order of an ordered map needs a new version`() {
        let found = changes([("b", "2"), ("a", "1")], over: [("a", "1"), ("b", "2")]) {
            $0.isOrdered = true
        }
        let entries = [("b", "2"), ("a", "1")].map { MapEntry(key: $0.0, value: $0.1) }
        #expect(found == [.replaceMap(name, entries: entries, added: 0, changed: 0, removed: 0)])
    }

    @Test func `rewriting most of a map is cheaper in one version`() {
        let desired = (0..<50).map { ("key\($0)", "new") }
        let found = changes(desired, over: (0..<50).map { ("key\($0)", "old") })
        #expect(found.count == 1)
        let few = changes(desired, over: (0..<50).map { ("key\($0)", $0 < 2 ? "old" : "new") })
        #expect(few.count == 2)
    }

    @Test func `an entry that routes to a new backend waits for its servers`() {
        var proxy = Build.proxy()
        proxy.maps[name] = ObservedMap(name: name)
        let entry = DesiredMapEntry(key: "shop.example.com", value: "shop", origin: Build.origin)
        let map = DesiredMap(name: name, entries: [entry], origin: Build.origin)
        let fleet = Build.fleet([Build.desired("a")], maps: [map])
        let steps = Planner.planProxy(fleet, observed: proxy).steps
        #expect(steps.last?.change.map == name)
        #expect(steps.last?.after == [2])
    }

    @Test func `an entry is removed before the servers it routed to`() {
        var proxy = Build.converged(Build.fleet([Build.desired("a")]), on: Build.proxy())
        proxy.maps[name] = ObservedMap(
            name: name,
            entries: [MapEntry(key: "shop.example.com", value: "shop")]
        )
        var map = DesiredMap(name: name, entries: [], origin: Build.origin)
        map.unmanaged = .remove
        let steps = Planner.planProxy(Build.fleet([], maps: [map]), observed: proxy).steps
        #expect(steps.first?.change.map == name)
        #expect(steps.dropFirst().first?.after == [1])
    }

    @Test func `a map the boot file does not name is remarked upon`() {
        let map = DesiredMap(name: name, entries: [], origin: Build.origin)
        let plan = Planner.planProxy(Build.fleet([], maps: [map]), observed: Build.proxy())
        #expect(plan.steps.isEmpty)
        #expect(plan.remarks.map(\.kind) == [.needsRestart])
    }

    @Test func `an entry too long for a command is refused in the plan`() {
        let found = changes([("a", String(repeating: "v", count: 9_000)), ("b", "1")], over: [])
        #expect(found == [.addMapEntry(name, MapEntry(key: "b", value: "1"))])
    }
}
