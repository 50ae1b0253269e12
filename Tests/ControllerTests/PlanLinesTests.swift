import FoundationEssentials
import Model
import Planning
import Testing

@testable import Controller

@Suite struct PlanLinesTests {
    private struct Line: Decodable {
        let type: String
        let proxies: [String]?
    }

    @Test func `every line is a value, the head first and the summary last`() throws {
        var plan = try Fixture.plan(steps: 2)
        plan.proxies[0].remarks = [Remark(.unmanaged, "a server nobody declared")]
        let fleet = try PlanFile.Fleet(
            plan: plan,
            targets: [],
            rollout: RolloutSettings(),
            unplanned: [PlanFile.Unplanned(proxy: try ProxyName("lb3"), reason: "down\nreally")]
        )
        let content = PlanFile.Content(revision: Fixture.revision, fleets: [fleet], created: 0)
        var text = ""
        try PlanLines(file: try PlanFile(sealing: content)).write { text += $0 }
        let lines = try text.split(separator: "\n").map {
            try JSONDecoder().decode(Line.self, from: Data($0.utf8))
        }
        #expect(lines.map(\.type) == ["plan", "step", "step", "remark", "unplanned", "summary"])
        #expect(lines[1].proxies == ["lb1", "lb2"])
        #expect(lines[3].proxies == ["lb1"])
    }
}
