import FoundationEssentials
import Model
import Planning
import Simulation
import Testing

@Suite struct PlanDescriptionTests {
    @Test(arguments: [80, 160])
    func `a plan of two fleets reads like this`(columns: Int) throws {
        let fleets = [
            PlanDescription.Fleet(
                try ExamplePlans.edge(),
                unplanned: [
                    (
                        proxy: try ProxyName("lb5"),
                        reason: "cannot connect to tcp://10.0.0.5:9999 in 5s"
                    )
                ]
            ),
            PlanDescription.Fleet(try ExamplePlans.idle()),
        ]
        let text = PlanDescription(fleets, columns: columns).lines.map(\.plain).joined(
            separator: "\n"
        )
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= columns })
        #expect(Golden.difference(of: text, from: golden("two-fleets-\(columns).txt")) == nil)
    }

    @Test func `a fleet that runs what is asked for has no changes`() throws {
        let description = PlanDescription(
            [PlanDescription.Fleet(try ExamplePlans.idle())],
            columns: 80
        )
        let text = description.lines.map(\.plain).joined(separator: "\n")
        #expect(text.contains("No changes. Every proxy runs what the repository asks for."))
        #expect(text.contains("Nothing to do on c1, c2"))
    }

    @Test func `a plan without proxies that answered does not claim that nothing changes`() throws {
        let plan = Plan(revision: ExamplePlans.revision, fleet: try FleetName("edge"), proxies: [])
        let fleet = PlanDescription.Fleet(
            plan,
            unplanned: [(proxy: try ProxyName("lb1"), reason: "refused")]
        )
        let text = PlanDescription([fleet], columns: 80).lines.map(\.plain).joined(separator: "\n")
        #expect(text.contains("Plan: no changes and 1 proxy without a plan"))
    }

    @Test(arguments: [Remark.Kind.postponed, .refused])
    func `what cannot be done now is not called done`(kind: Remark.Kind) throws {
        var plan = try ExamplePlans.idle()
        plan.proxies[0].remarks = [Remark(kind, "capacity would fall below 90%")]
        let description = PlanDescription([PlanDescription.Fleet(plan)], columns: 120)
        let text = description.lines.map(\.plain).joined(separator: "\n")
        #expect(text.contains("Nothing can be done now, but not every proxy runs what"))
        #expect(!text.contains("No changes."))
    }

    @Test func `numbers in names are counted, not spelled`() throws {
        let steps = try ["web10", "web2", "web1"].enumerated().map { index, name in
            let path = ServerPath(try BackendName("shop"), try ServerName(name))
            return Step(
                id: index + 1,
                change: .enableHealth(path),
                origin: Origin(file: "a", line: 1, column: 1)
            )
        }
        let proxy = ProxyPlan(
            proxy: try ProxyName("lb1"),
            incarnation: Incarnation(pid: 1, startTime: 1),
            base: "",
            steps: steps
        )
        let plan = Plan(
            revision: ExamplePlans.revision,
            fleet: try FleetName("edge"),
            proxies: [proxy]
        )
        let text = PlanDescription([PlanDescription.Fleet(plan)], columns: 80).lines.map(\.plain)
        let names = text.compactMap { $0.split(separator: " ").dropFirst().first }.filter {
            $0.hasPrefix("web")
        }
        #expect(names == ["web1", "web2", "web10"])
    }

    @Test func `a hundred proxies are counted, not listed`() throws {
        let proxies = try (1...100).map { number in
            ProxyPlan(
                proxy: try ProxyName("lb\(number)"),
                incarnation: Incarnation(pid: number, startTime: 1),
                base: "",
                steps: try ExamplePlans.weight()
            )
        }
        let plan = Plan(
            revision: ExamplePlans.revision,
            fleet: try FleetName("edge"),
            proxies: proxies
        )
        let text = PlanDescription([PlanDescription.Fleet(plan)], columns: 80).lines.map(\.plain)
        #expect(text.contains { $0.hasPrefix("  On 100 proxies alike: lb1,") })
        #expect(text.contains { $0.hasSuffix("and 90 more") })
        #expect(
            text.contains(
                "Plan: 0 to add, 1 to change, 0 to remove on 100 proxies (100 operations)"
            )
        )
    }

    @Test func `a map that is rewritten counts its entries`() throws {
        let summary = PlanSummary(of: [try ExamplePlans.edge(), try ExamplePlans.idle()])
        #expect(summary.add == 3 + 2)
        #expect(summary.change == 3 + 1)
        #expect(summary.replace == 1)
        #expect(summary.remove == 2 + 4)
        #expect(summary.proxies == 3)
    }

    private func golden(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Cases/Description/\(name)"
        )
    }
}
