import Model
import Testing

@testable import Planning

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

    private func plan(_ changes: [Change], on observed: ObservedProxy) -> ProxyPlan {
        let steps = changes.enumerated().map {
            Step(id: $0.offset + 1, change: $0.element, origin: origin)
        }
        return ProxyPlan(
            proxy: observed.name,
            incarnation: observed.incarnation,
            base: "",
            steps: steps
        )
    }

    private func explanation(_ changes: [Change], _ observed: ObservedProxy) -> String {
        Staleness.explanation(of: plan(changes, on: observed), on: observed)
    }

    /// A server of ours with these attributes, by guid or by the bits of its id.
    private func marked(_ text: String, byGUID: Bool = true) throws -> ObservedProxy {
        var proxy = try observed()
        let path = try path("s1")
        let attributes = attributes(text)
        let digest = ServerIdentity.digest(of: attributes)
        let id = byGUID ? 7 : ServerIdentity.id(7, carrying: digest)
        proxy.backends[path.backend]?.servers[path.server]?.id = id
        if byGUID {
            proxy.backends[path.backend]?.servers[path.server]?.guid =
                ServerIdentity.guid(of: path, attributes: attributes)
        }
        return proxy
    }

    private func attributes(_ text: String) -> ServerAttributes {
        var attributes = ServerAttributes()
        for pair in text.split(separator: ",") {
            let words = pair.split(separator: " ").map(String.init)
            guard let attribute = ServerAttribute(rawValue: words[0]) else { continue }
            attributes[attribute] = AttributeValue(words.dropFirst().first ?? "", for: attribute)
        }
        return attributes
    }

    private func moved(
        from before: String,
        declared: String? = nil,
        to after: ObservedProxy,
        byGUID: Bool = true,
        shown: String? = nil
    ) throws -> String {
        let path = try path("s1")
        let observed = try marked(before, byGUID: byGUID)
        var plan = plan([try weight(10, 5)], on: observed)
        plan.hidden = HiddenAttributes.of([path], in: observed) { _ in
            attributes(declared ?? before)
        }
        #expect(Staleness.movedMarks(of: plan, on: observed).isEmpty)
        let shown = shown.map { [path: attributes($0)] } ?? [:]
        return Staleness.explanation(of: plan, on: after, shown: shown)
    }

    @Test func `attributes that proxies hide are named where this one shows them`() throws {
        let text = try moved(
            from: "check,inter 500",
            to: try marked("check,inter 2000,send-proxy"),
            shown: "weight 3,check,inter 2000,send-proxy"
        )
        #expect(
            text
                == "server shop/s1 was replaced since the plan by one with other hidden attributes: "
                + "inter 500ms → 2s, send-proxy on"
        )
    }

    @Test func `hidden attributes that nobody shows are told by their marks`() throws {
        for byGUID in [true, false] {
            let text = try moved(
                from: "check,inter 500",
                to: try marked("check,inter 2000", byGUID: byGUID),
                byGUID: byGUID
            )
            let digits = byGUID ? "[0-9a-f]{16}" : "[0-9a-f]{3}"
            let words =
                "^server shop/s1 was replaced since the plan by one with other hidden attributes "
                + "\\(mark \(digits), now \(digits)\\)$"
            #expect(try Regex(words).firstMatch(in: text) != nil, "\(text)")
        }
    }

    @Test func `a server whose mark is gone was replaced by somebody else`() throws {
        #expect(
            try moved(from: "check,inter 500", to: try observed())
                == "server shop/s1 was replaced since the plan by one that carries no mark of its hidden attributes"
        )
    }

    @Test func `what a mark stood for is not guessed when the documents say something else`()
        throws
    {
        let text = try moved(
            from: "check,inter 500",
            declared: "check,inter 700",
            to: try marked("check"),
            shown: "check"
        )
        #expect(text.contains("(mark "))
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
        #expect(explanation(changes, try observed()).hasPrefix("server shop/s1 has changed since"))
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
