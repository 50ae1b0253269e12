import Model
import Planning
import Testing

struct BaseDigestTests {
    private let shop = Build.backend("shop")
    private let before = Build.converged(
        Build.fleet([Build.desired("a"), Build.desired("b", at: 2)]),
        on: Build.proxy()
    )

    private func digest(_ steps: [Step], _ change: (inout ObservedProxy) -> Void = { _ in })
        -> String
    {
        var proxy = before
        change(&proxy)
        return Planner.baseDigest(of: steps, in: proxy)
    }

    private func step(_ change: Change) -> Step {
        Step(id: 1, change: change, origin: Build.origin)
    }

    @Test func `the base moves with what the plan changes and with nothing else`() {
        let desired = Build.fleet([
            Build.desired("a", [.weight: .integer(9)]), Build.desired("b", at: 2),
        ])
        let plan = Planner.planProxy(desired, observed: before)
        #expect(digest(plan.steps) == plan.base)
        let elsewhere = digest(plan.steps) { proxy in
            proxy.backends[shop]?.servers[Build.server("b")]?.admin = .drain
        }
        #expect(elsewhere == plan.base)
        let here = digest(plan.steps) { proxy in
            proxy.backends[shop]?.servers[Build.server("a")]?.admin = .drain
        }
        #expect(here != plan.base)
    }

    @Test func `health and sessions move by themselves and are not in it`() {
        let steps = [step(.deleteServer(Build.path("a")))]
        let moved = digest(steps) { proxy in
            proxy.backends[shop]?.servers[Build.server("a")]?.operational = .stopped
            proxy.backends[shop]?.servers[Build.server("a")]?.currentSessions = 7
        }
        #expect(moved == digest(steps))
    }

    @Test func `a key's base is its values, a whole map's base is every entry`() {
        let name = Build.map("hosts.map")
        func map(_ entries: [(String, String)]) -> (inout ObservedProxy) -> Void {
            { proxy in
                let entries = entries.map { MapEntry(key: $0.0, value: $0.1) }
                proxy.maps[name] = ObservedMap(name: name, entries: entries)
            }
        }
        let single = [step(.addMapEntry(name, MapEntry(key: "a", value: "1")))]
        #expect(digest(single, map([("x", "1")])) == digest(single, map([("x", "2")])))
        #expect(digest(single, map([("a", "1")])) != digest(single, map([])))
        let whole = [step(.replaceMap(name, entries: [], added: 0, changed: 0, removed: 1))]
        #expect(digest(whole, map([("x", "1")])) != digest(whole, map([("x", "2")])))
    }
}
