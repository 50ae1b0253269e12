import Model
import Planning
import Testing

/// Plans as a reader meets them: everything that can happen to an object, on some proxies.
enum ExamplePlans {
    static let revision = Revision(
        commit: "4f2a91c0de4f2a91c0de4f2a91c0de4f2a91c0de",
        tree: "0",
        summary: "shop: two more servers for the sale",
        author: "Ada <ada@example.com>"
    )

    static func edge() throws -> Plan {
        let steps = try servers() + weight() + maps()
        let numbered = steps.enumerated().map { index, step in
            Step(id: index + 1, change: step.change, origin: step.origin)
        }
        let remark = Remark(
            .needsRestart,
            "backend shop balances by uri, the boot file by roundrobin",
            origin: Origin(file: "boot/edge.cfg", line: 31, column: 3)
        )
        let unmanaged = Remark(.unmanaged, "server shop/legacy-1 is declared nowhere and kept")
        return Plan(
            revision: revision,
            fleet: try FleetName("edge-par"),
            proxies: [
                proxy(try ProxyName("lb1"), numbered, [remark]),
                proxy(try ProxyName("lb2"), numbered, [remark, unmanaged]),
                proxy(try ProxyName("lb3"), Array(numbered.prefix(3)), [remark]),
                proxy(try ProxyName("lb4"), [], []),
            ]
        )
    }

    static func idle() throws -> Plan {
        Plan(
            revision: revision,
            fleet: try FleetName("cache-ams"),
            proxies: [proxy(try ProxyName("c1"), [], []), proxy(try ProxyName("c2"), [], [])]
        )
    }

    static func weight() throws -> [Step] {
        let shop2 = ServerPath(try BackendName("shop"), try ServerName("shop-2"))
        let (hundred, fifty) = try (#require(Weight(100)), #require(Weight(50)))
        return [Step(id: 1, change: .setWeight(shop2, from: hundred, to: fifty), origin: at(12))]
    }

    private static func servers() throws -> [Step] {
        let shop = try BackendName("shop")
        let added = ServerPath(shop, try ServerName("shop-4"))
        let left = ServerPath(shop, try ServerName("shop-3"))
        let replaced = ServerPath(shop, try ServerName("shop-1"))
        let moved = ServerPath(try BackendName("api"), try ServerName("api-1"))
        let attributes = try attributes()
        let first = try #require(Endpoint("10.0.1.11:8080"))
        let fourth = try #require(Endpoint("10.0.1.14:8080"))
        return [
            step(.addServer(added, id: 4, endpoint: fourth, attributes: attributes), 14),
            step(.enableHealth(added), 14), step(.setAdmin(added, from: .maint, to: .ready), 14),
            step(.setAdmin(left, from: .ready, to: .drain), 3),
            step(.grace(left, Milliseconds(5000)), 3),
            step(.setAdmin(left, from: .drain, to: .maint), 3),
            step(.awaitRemovable(left, within: Milliseconds(600_000)), 3),
            step(.deleteServer(left), 3),
            step(.setAdmin(replaced, from: .ready, to: .drain), 11),
            step(.deleteServer(replaced), 11),
            step(.addServer(replaced, id: 1, endpoint: first, attributes: attributes), 11),
            step(.setAdmin(moved, from: .ready, to: .drain), 40),
            step(.setAddress(moved, from: first, to: fourth), 40),
            step(.setMaxconn(moved, from: nil, to: 200), 40),
            step(.setAdmin(moved, from: .drain, to: .ready), 40),
        ]
    }

    private static func maps() throws -> [Step] {
        let hosts = try PatternFileName("virt@hosts.map")
        let limits = try PatternFileName("virt@ratelimits.map")
        return [
            step(.addMapEntry(hosts, MapEntry(key: "shop.example.com", value: "shop")), 50),
            step(.setMapEntry(hosts, key: "api.example.com", from: "legacy", to: "api"), 51),
            step(.deleteMapEntry(hosts, MapEntry(key: "old.example.com", value: "legacy")), 3),
            step(.replaceMap(limits, entries: [], added: 2, changed: 1, removed: 4), 60),
            step(
                .addMapEntry(
                    hosts,
                    MapEntry(key: "www.a-rather-long-name-of-a-shop.example.com", value: "shop")
                ),
                52
            ),
        ]
    }

    private static func attributes() throws -> ServerAttributes {
        var attributes = ServerAttributes()
        let texts: [(ServerAttribute, String)] = [
            (.check, ""), (.inter, "2s"), (.rise, "2"), (.fall, "3"), (.maxconn, "200"),
            (.weight, "100"),
        ]
        for (attribute, text) in texts {
            attributes[attribute] = AttributeValue(text, for: attribute)
        }
        return attributes
    }

    private static func proxy(_ name: ProxyName, _ steps: [Step], _ remarks: [Remark]) -> ProxyPlan
    {
        ProxyPlan(
            proxy: name,
            incarnation: Incarnation(pid: 1, startTime: 1),
            base: "",
            steps: steps,
            remarks: remarks
        )
    }

    private static func step(_ change: Change, _ line: Int) -> Step {
        Step(id: 0, change: change, origin: at(line))
    }

    private static func at(_ line: Int) -> Origin {
        Origin(file: "shop/backends.yaml", line: line, column: 5)
    }
}
