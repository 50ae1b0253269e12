import Model
import Planning
import Simulation
import Testing

struct ProxyPlannerTests {
    private func changes(_ fleet: DesiredFleet, _ proxy: ObservedProxy) -> [Change] {
        Planner.planProxy(fleet, observed: proxy).steps.map(\.change)
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

}
