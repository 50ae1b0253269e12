import FoundationEssentials
import Model
import Simulation
import Testing

@testable import Planning

@Suite struct PlanMarkdownTests {
    private func golden(_ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Cases/Description/\(name)"
        )
    }

    @Test func `a review comment of two fleets reads like this`() throws {
        let fleets = [
            PlanDescription.Fleet(
                try ExamplePlans.edge(),
                unplanned: [(proxy: try ProxyName("lb5"), reason: "cannot connect to | <b>lb5</b>")]
            ),
            PlanDescription.Fleet(try ExamplePlans.idle()),
        ]
        let text = PlanMarkdown(fleets, footer: ["Plan `sha256:0123`."]).text
        #expect(Golden.difference(of: text, from: golden("two-fleets.md")) == nil)
    }

    /// One proxy, `count` servers removed, changed and added in 200 backends.
    private func large(_ count: Int) throws -> Plan {
        var steps: [Step] = []
        let (one, hundred) = try (#require(Weight(1)), #require(Weight(100)))
        for number in 0..<count {
            let path = ServerPath(
                try BackendName("application-\(number % 200)"),
                try ServerName("container-\(number)")
            )
            let endpoint = try #require(Endpoint("10.1.\(number / 250 % 250).\(number % 250):8080"))
            let change: Change =
                switch number % 10 {
                case 0: .deleteServer(path)
                case 1: .setWeight(path, from: one, to: hundred)
                default: .addServer(path, id: number, endpoint: endpoint, attributes: .init())
                }
            let origin = Origin(file: "applications/\(number % 200).yaml", line: number, column: 5)
            steps.append(Step(id: number + 1, change: change, origin: origin))
        }
        let proxy = ProxyPlan(
            proxy: try ProxyName("lb1"),
            incarnation: Incarnation(pid: 1, startTime: 1),
            base: "",
            steps: steps
        )
        return Plan(
            revision: ExamplePlans.revision,
            fleet: try FleetName("edge"),
            proxies: [proxy]
        )
    }

    @Test func `fifty thousand operations fit in a comment, removals first, the rest counted`()
        throws
    {
        let text = PlanMarkdown([PlanDescription.Fleet(try large(50_000))]).text
        #expect(text.count < 60_000)
        #expect(text.utf8.count > 40_000)
        #expect(text.contains("40000 to add, 5000 to change, 5000 to remove on 1 proxy"))
        #expect(text.contains("**Removes 5000 objects:** server `application-0/container-0`"))
        #expect(text.contains(" more are not shown here**; all together:"))
        #expect(text.contains("| `application-0` |"))
        let diff = text.split(separator: "```diff\n")[1].split(separator: "\n```")[0]
        #expect(diff.split(separator: "\n").allSatisfy { $0.hasPrefix("- ") })
    }

    @Test func `many different proxies share the room`() throws {
        var plan = try large(100)
        let first = plan.proxies[0]
        plan.proxies = try (0..<300).map { number in
            ProxyPlan(
                proxy: try ProxyName("lb\(number)"),
                incarnation: first.incarnation,
                base: "",
                steps: Array(first.steps.prefix(100 - number % 60))
            )
        }
        let text = PlanMarkdown([PlanDescription.Fleet(plan)]).text
        #expect(text.count < 60_000)
        #expect(text.contains("20 more groups of proxies are not shown here."))
    }

    @Test func `nothing that others wrote can mark up, mention or leave its block`() {
        #expect(
            PlanMarkdown.inline("@all <script> *x* `y` |z|", limit: 99)
                == #"&#64;all &lt;script> \*x\* \`y\` \|z\|"#
        )
        #expect(PlanMarkdown.inline("a\u{1b}[31mb", limit: 99) == #"a\\u{1B}\[31mb"#)
        #expect(PlanMarkdown.code("a`b|c") == "`a'b¦c`")
        #expect(PlanMarkdown.fence(around: ["x ```` y", "```"]) == "`````")
        #expect(PlanMarkdown.fence(around: ["x"]) == "```")
    }
}
