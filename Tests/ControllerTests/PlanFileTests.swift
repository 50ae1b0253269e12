import FoundationEssentials
import Model
import Planning
import Testing

@testable import Controller

@Suite struct PlanFileTests {
    private func file() throws -> PlanFile {
        let fleet = try PlanFile.Fleet(
            plan: try Fixture.plan(steps: 3),
            targets: [try Fixture.target("lb1"), try Fixture.target("lb2")],
            rollout: RolloutSettings()
        )
        let content = PlanFile.Content(
            revision: Fixture.revision,
            fleets: [fleet],
            created: 1_764_000_000_000
        )
        return try PlanFile(sealing: content)
    }

    @Test func `what is saved is read back the same`() throws {
        let file = try file()
        #expect(try PlanFile(decoding: try file.encoded()) == file)
    }

    @Test func `equal plans have equal digests`() throws {
        #expect(try file().digest == (try file().digest))
        #expect(try file().digest.hasPrefix("sha256:"))
        #expect(try file().digest.count == 7 + 64)
    }

    @Test func `an edited plan is refused`() throws {
        let text = String(decoding: try file().encoded(), as: UTF8.self)
        let edited = Data(text.replacing("\"lb2\"", with: "\"lb9\"").utf8)
        let error = #expect(throws: PlanFile.Unreadable.self) { try PlanFile(decoding: edited) }
        #expect(error?.description.hasPrefix("changed after it was made") == true)
    }

    @Test func `something else than a plan is refused`() throws {
        #expect(throws: PlanFile.Unreadable.self) { try PlanFile(decoding: Data("{}".utf8)) }
        #expect(throws: PlanFile.Unreadable.self) { try PlanFile(decoding: Data([0, 255])) }
    }

    @Test func `a plan of another version is refused by its number`() throws {
        let text = String(decoding: try file().encoded(), as: UTF8.self)
        let known = Plan.currentSchema
        let older = Data(text.replacing("\"schema\" : \(known)", with: "\"schema\" : 1").utf8)
        let error = #expect(throws: PlanFile.Unreadable.self) { try PlanFile(decoding: older) }
        let words = "a plan of schema 1, this apus reads \(known)"
        #expect(error?.description.hasPrefix(words) == true)
    }

    @Test func `proxies that are alike share their steps`() throws {
        let text = String(decoding: try file().encoded(), as: UTF8.self)
        #expect(text.split(separator: "enableHealth").count - 1 == 3)
    }

    @Test func `steps that follow later ones are refused`() throws {
        let steps = [
            Step(
                id: 1,
                change: .enableHealth(try Fixture.path("s1")),
                origin: Fixture.at(9),
                after: [2]
            ),
            Step(id: 2, change: .enableHealth(try Fixture.path("s2")), origin: Fixture.at(9)),
        ]
        var plan = try Fixture.plan()
        plan.proxies[0].steps = steps
        let fleet = try PlanFile.Fleet(plan: plan, targets: [], rollout: RolloutSettings())
        let content = PlanFile.Content(revision: Fixture.revision, fleets: [fleet], created: 0)
        let data = try PlanFile(sealing: content).encoded()
        #expect(throws: PlanFile.Unreadable.self) { try PlanFile(decoding: data) }
    }

    @Test func `a plan holds for as long as it was said to`() throws {
        let content = PlanFile.Content(
            revision: Fixture.revision,
            fleets: [],
            created: 1_000,
            validity: .seconds(60)
        )
        #expect(content.expires == 61_000)
    }

    @Test func `white space and the order of keys do not matter`() throws {
        let file = try file()
        let object = String(decoding: try file.encoded(), as: UTF8.self)
        let compact = Data(object.replacing("  ", with: "").utf8)
        #expect(try PlanFile(decoding: compact) == file)
    }
}
