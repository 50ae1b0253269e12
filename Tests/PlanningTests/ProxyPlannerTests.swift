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
        #expect(
            plan.remarks == [
                Remark(
                    .needsRestart,
                    "frontend tls: HAProxy 2.6.12 creates no frontends at runtime",
                    origin: line
                )
            ]
        )
    }

    @Test func `patterns come and go, those nobody declared stay unless told`() {
        let list = Build.map("bad.acl")
        var fleet = Build.fleet([])
        var acl = DesiredAcl(
            name: list,
            patterns: [
                DesiredPattern("192.0.2.1", origin: Build.origin),
                DesiredPattern("192.0.2.2", origin: Build.origin),
            ],
            origin: Build.origin
        )
        fleet.acls = [acl]
        var proxy = Build.proxy()
        #expect(changes(fleet, proxy) == [])
        #expect(Planner.planProxy(fleet, observed: proxy).remarks.first?.kind == .needsRestart)
        proxy.acls[list] = ["192.0.2.2", "10.0.0.0/8"]
        #expect(changes(fleet, proxy) == [.addPattern(list, "192.0.2.1")])
        acl.unmanaged = .remove
        fleet.acls = [acl]
        #expect(
            changes(fleet, proxy) == [
                .addPattern(list, "192.0.2.1"), .deletePattern(list, "10.0.0.0/8"),
            ]
        )
        #expect(changes(fleet, Build.converged(fleet, on: proxy)) == [])
        var options = Planner.Options()
        options.previous = fleet
        acl.unmanaged = .keep
        acl.patterns.removeLast()
        fleet.acls = [acl]
        proxy.acls[list] = ["192.0.2.1", "192.0.2.2"]
        let plan = Planner.planProxy(fleet, observed: proxy, options: options)
        #expect(plan.steps.map(\.change) == [.deletePattern(list, "192.0.2.2")])
    }

    @Test func `limits are set where they differ and named where the proxy has none`() {
        var fleet = Build.fleet([])
        let frontend = LimitTarget.frontendMaxconn(Build.name("edge"))
        fleet.limits = [
            DesiredLimit(.globalMaxconn, 100, origin: Build.origin),
            DesiredLimit(frontend, 50, origin: Build.origin),
            DesiredLimit(.rate(.sessions), 7, origin: Build.origin),
        ]
        var proxy = Build.proxy()
        proxy.limits = [.globalMaxconn: 100, .rate(.sessions): 0]
        let plan = Planner.planProxy(fleet, observed: proxy)
        #expect(plan.steps.map(\.change) == [.setLimit(.rate(.sessions), from: 0, to: 7)])
        #expect(plan.remarks.map(\.message) == ["the proxy has no maxconn frontend edge"])
        #expect(changes(fleet, Build.converged(fleet, on: proxy)) == [])
    }
}
