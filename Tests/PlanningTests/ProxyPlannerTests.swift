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

    @Test(arguments: [Build.haproxy26, Build.haproxy30])
    func `who adopts replaces what carries no mark, and nothing of the boot file`(
        capabilities: ProxyCapabilities
    ) {
        let names = ["boot", "script"]
        let fleet = Build.fleet([Build.desired("boot"), Build.desired("script", at: 2)]) {
            $0.boot = BootBackend()
            $0.boot?.servers = [Build.server("boot")]
        }
        var proxy = Build.proxy(capabilities)
        for (index, name) in names.enumerated() {
            let server = ObservedServer(
                name: Build.server(name),
                id: index + 1,
                endpoint: Build.endpoint(index + 1)
            )
            proxy.backends[Build.backend("shop")]?.servers[server.name] = server
        }
        #expect(changes(fleet, proxy) == [])
        var options = Planner.Options()
        options.adopts = true
        let plan = Planner.planProxy(fleet, observed: proxy, options: options)
        #expect(Set(plan.steps.compactMap(\.change.server)) == [Build.path("script")])
        let ids = plan.steps.compactMap { step -> Int? in
            if case .addServer(_, let id, _, _) = step.change { id } else { nil }
        }
        #expect(
            ids.map(ServerIdentity.ringID) == [ServerIdentity.preferredID(of: Build.path("script"))]
        )
    }

    @Test func `what no step brings about is named with its line`() {
        var fleet = Build.fleet([])
        let line = Origin(file: "edge.yaml", line: 7, column: 3)
        fleet.limits = [DesiredLimit(.rate(.sessions), 5, origin: line)]
        fleet.acls = [DesiredAcl(name: Build.map("bad.acl"), patterns: [], origin: line)]
        fleet.frontends = [
            DesiredFrontend(
                name: Build.name("tls"),
                defaults: Build.name("http"),
                binds: [],
                origin: line
            )
        ]
        let plan = Planner.planProxy(fleet, observed: Build.proxy())
        #expect(plan.steps.isEmpty)
        let named = plan.remarks.filter { $0.origin == line }.map(\.message)
        #expect(named.count == 3)
        #expect(named.contains("frontend tls: HAProxy 2.6.12 creates no frontends at runtime"))
    }
}
