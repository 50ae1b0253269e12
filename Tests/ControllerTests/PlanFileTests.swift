import FoundationEssentials
import Model
import Planning
import Testing

@testable import Controller

@Suite struct PlanFileTests {
    private func file() throws -> PlanFile {
        let fleet = PlanFile.Fleet(
            plan: try Fixture.plan(steps: 3),
            targets: [try Fixture.target("lb1"), try Fixture.target("lb2")],
            rollout: RolloutSettings()
        )
        return try PlanFile(sealing: PlanFile.Content(revision: Fixture.revision, fleets: [fleet]))
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

    @Test func `white space and the order of keys do not matter`() throws {
        let file = try file()
        let object = String(decoding: try file.encoded(), as: UTF8.self)
        let compact = Data(object.replacing("  ", with: "").utf8)
        #expect(try PlanFile(decoding: compact) == file)
    }
}
