import Model
import Testing

@testable import Planning

struct PlanFactsTests {
    private func subject(
        _ before: DesiredFleet?,
        _ after: DesiredFleet
    ) throws -> PlanFacts {
        let plan = Planner.plan(
            after,
            from: before,
            revision: Revision(commit: "c", tree: "t", author: "Ada")
        )
        let subject = PolicySubject(
            fleet: after,
            plan: plan,
            previous: before,
            now: CELTime(seconds: 0),
            observed: { ObservedProxy(running: before, on: $0, for: after) }
        )
        return try #require(subject.facts.first)
    }

    private func fleet(_ servers: [DesiredServer], labels: [String: String] = [:]) -> DesiredFleet {
        var fleet = Build.fleet(servers) { $0.labels = labels }
        fleet.proxies = ["lb1", "lb2"].map {
            ProxyTarget(name: Build.name($0), runtime: .unix("\($0).sock"), zone: "a")
        }
        return fleet
    }

    @Test func `added, removed and changed servers are told apart`() throws {
        let before = fleet([
            Build.desired("a", at: 1, [.weight: .integer(10)]), Build.desired("b", at: 2),
            Build.desired("d", at: 4),
        ])
        let after = fleet([
            Build.desired("a", at: 1, [.weight: .integer(50)]), Build.desired("c", at: 3),
            Build.desired("d", at: 4),
        ])
        let facts = try subject(before, after)
        let backend = try #require(facts.backends.first)
        #expect(backend.added.map(\.name) == ["c"])
        #expect(backend.removed.map(\.name) == ["b"])
        #expect(backend.changed.map(\.name) == ["a"])
        #expect(backend.changed.first?.after.weight == 50)
        #expect((backend.capacityBefore, backend.capacityAfter) == (12, 52))
        #expect(backend.lowestCapacity >= 11 - 1)
        #expect(backend.added.first?.address == "10.0.0.3" && backend.added.first?.port == 80)
        #expect(facts.proxies == ["lb1", "lb2"])
        #expect(facts.plan.proxies == 2 && facts.plan.remove == 1)
        #expect(facts.commit.author == "Ada" && facts.previous.exists)
        #expect(facts.fleet.waves.map(\.share) == [1.0] && facts.fleet.zones == ["a"])
        #expect(facts.dropped == [])
    }

    @Test func `labels of both revisions are seen`() throws {
        let servers = [Build.desired("a"), Build.desired("b", at: 2)]
        let before = fleet(servers, labels: ["protected": "true"])
        let facts = try subject(before, fleet([servers[0]]))
        let backend = try #require(facts.backends.first)
        #expect(backend.declared && backend.labels.isEmpty)
        #expect(backend.previousLabels == ["protected": "true"])
        #expect(backend.lowestCapacity == 1)
        #expect(facts.previous.backends.first?.members == ["a", "b"])
    }

    @Test func `dropping every backend is seen although it touches nothing`() throws {
        var after = fleet([])
        after.backends = []
        let facts = try subject(fleet([Build.desired("a")]), after)
        #expect(facts.dropped == ["Backend"])
        #expect(facts.backends.isEmpty && facts.proxies.isEmpty)
    }

    @Test func `the keys of a map are compared`() throws {
        func map(_ entries: [String: String]) -> DesiredMap {
            DesiredMap(
                name: Build.map("hosts.map"),
                entries: entries.sorted { $0.key < $1.key }.map {
                    DesiredMapEntry(key: $0.key, value: $0.value, origin: Build.origin)
                },
                origin: Build.origin
            )
        }
        var before = fleet([Build.desired("a")])
        before.maps = [map(["a": "x", "b": "y", "c": "z"])]
        var after = before
        after.maps = [map(["a": "x", "b": "z", "d": "w"])]
        let facts = try #require(try subject(before, after).maps.first)
        #expect(facts.added == ["d"] && facts.removed == ["c"] && facts.changed == ["b"])
    }

    @Test func `the patterns of a list and the limits are compared`() throws {
        func list(_ patterns: [String]) -> DesiredAcl {
            DesiredAcl(
                name: Build.map("bad.acl"),
                patterns: patterns.map { DesiredPattern($0, origin: Build.origin) },
                origin: Build.origin
            )
        }
        var before = fleet([Build.desired("a")])
        before.acls = [list(["10.0.0.0/8", "192.0.2.1"])]
        before.limits = [DesiredLimit(.globalMaxconn, 900, origin: Build.origin)]
        var after = before
        after.acls = [list(["192.0.2.1", "198.51.100.7"])]
        after.limits = [DesiredLimit(.globalMaxconn, 500, origin: Build.origin)]
        let facts = try subject(before, after)
        let patterns = try #require(facts.lists.first)
        #expect(patterns.added == ["198.51.100.7"] && patterns.removed == ["10.0.0.0/8"])
        let limit = try #require(facts.limits.first)
        #expect((limit.name, limit.before, limit.after) == ("maxconn global", 900, 500))
        #expect(facts.previous.lists.first?.members == ["10.0.0.0/8", "192.0.2.1"])
        after.acls = []
        #expect(try subject(before, after).dropped == ["Acl"])
        let program = try CELProgram(
            "lists.all(l, l.removed.size() < 2) && limits.all(l, l.after * 2 >= l.before)",
            in: PolicyLanguage.environment
        )
        guard case .bool(true) = try program.evaluate(facts.variables) else {
            Issue.record("not true")
            return
        }
    }

    @Test func `a wildcard covers one label`() {
        var certificate = CertificateFacts()
        certificate.names = ["*.example.com"]
        certificate.wanted = ["a.example.com", "example.com", "a.b.example.com"]
        #expect(certificate.uncovered == ["example.com", "a.b.example.com"])
    }

    @Test func `an expression sees what the table says`() throws {
        let facts = try subject(fleet([Build.desired("a")]), fleet([]))
        for name in facts.celFieldNames { #expect(facts.celField(name) != nil) }
        #expect(facts.celField("nothing") == nil)
        let program = try CELProgram(
            "backends.exists(b, b.removed.exists(s, s.name == 'a' && s.state == 'ready' && !s.checked))",
            in: PolicyLanguage.environment
        )
        guard case .bool(true) = try program.evaluate(facts.variables) else {
            Issue.record("not true")
            return
        }
    }
}
