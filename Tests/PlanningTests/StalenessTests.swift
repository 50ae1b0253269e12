import Model
import Planning
import Testing

@Suite struct StalenessTests {
    private let origin = Origin(file: "shop.yaml", line: 1, column: 1)

    private func path(_ name: String) throws -> ServerPath {
        ServerPath(try BackendName("shop"), try ServerName(name))
    }

    private func observed(weight: Int = 10, map: [String: String] = [:]) throws -> ObservedProxy {
        let capabilities = ProxyCapabilities(program: .haproxy, version: ProxyVersion(2, 6))
        var proxy = ObservedProxy(
            name: try ProxyName("lb1"),
            incarnation: Incarnation(pid: 1, startTime: 1),
            capabilities: capabilities
        )
        var server = ObservedServer(name: try ServerName("s1"), id: 1, endpoint: nil)
        server.weight = try #require(Weight(weight))
        let backend = try BackendName("shop")
        proxy.backends[backend] = ObservedBackend(
            name: backend,
            id: 1,
            servers: [server.name: server]
        )
        let name = try PatternFileName("hosts.map")
        let entries = map.sorted { $0.key < $1.key }.map { MapEntry(key: $0.key, value: $0.value) }
        proxy.maps[name] = ObservedMap(name: name, entries: entries)
        return proxy
    }

    private func explanation(_ changes: [Change], _ observed: ObservedProxy) -> String {
        let steps = changes.enumerated().map {
            Step(id: $0.offset + 1, change: $0.element, origin: origin)
        }
        return Staleness.explanation(of: steps, on: observed)
    }

    private func weight(_ from: Int, _ to: Int) throws -> Change {
        .setWeight(try path("s1"), from: try #require(Weight(from)), to: try #require(Weight(to)))
    }

    @Test func `a weight that somebody moved is named with both values`() throws {
        let text = explanation([try weight(1, 5)], try observed(weight: 50))
        #expect(text == "server shop/s1 has weight 50, planned from 1")
    }

    @Test func `what an earlier step of the plan does is no difference`() throws {
        let changes = [
            Change.setAdmin(try path("s1"), from: .ready, to: .drain),
            .setAdmin(try path("s1"), from: .drain, to: .maint), try weight(10, 5),
            try weight(5, 7),
        ]
        #expect(explanation(changes, try observed()).hasPrefix("an object that this plan changes"))
    }

    @Test func `a server that came or went is named`() throws {
        let endpoint = try #require(Endpoint("10.0.0.1:80"))
        let add = Change.addServer(
            try path("s1"),
            id: 1,
            endpoint: endpoint,
            attributes: ServerAttributes()
        )
        #expect(explanation([add], try observed()) == "server shop/s1 exists now")
        #expect(
            explanation([.deleteServer(try path("s2"))], try observed()) == "server shop/s2 is gone"
        )
    }

    @Test func `map entries are named with what they hold now`() throws {
        let map = try PatternFileName("hosts.map")
        let live = try observed(map: ["a": "1"])
        #expect(
            explanation([.addMapEntry(map, MapEntry(key: "a", value: "2"))], live)
                == "map hosts.map has a now, with 1"
        )
        #expect(
            explanation([.setMapEntry(map, key: "a", from: "0", to: "2")], live)
                == "map hosts.map has a with 1, planned from 0"
        )
        #expect(
            explanation([.deleteMapEntry(map, MapEntry(key: "b", value: "2"))], live)
                == "map hosts.map has no b any more"
        )
    }

    @Test func `three differences are enough for a sentence`() throws {
        let changes = try (2...6).map { Change.deleteServer(try path("s\($0)")) }
        #expect(
            explanation(changes, try observed()).hasSuffix("server shop/s4 is gone; and 2 more")
        )
    }
}
