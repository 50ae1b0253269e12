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

    @Test func `work grows like n log n when everything changes`() {
        let works = [500, 1_000, 2_000, 4_000].map { Double(work(servers: $0)) }
        for (small, large) in zip(works, works.dropFirst()) {
            // n log n: a little more than twice; a quadratic part would show as four times.
            #expect(large / small < 2.3)
        }
    }
}
