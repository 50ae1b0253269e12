import Planning
import Testing

@testable import Controller

@Suite struct PlanDigestTests {
    @Test func `equal plans have equal digests, and any change another one`() throws {
        let plan = try Fixture.plan(steps: 2)
        let digest = try PlanDigest.of(plan)
        #expect(try PlanDigest.of(Fixture.plan(steps: 2)) == digest)
        #expect(try PlanDigest.of(Fixture.plan(steps: 3)) != digest)
        var other = plan
        other.proxies.removeLast()
        #expect(try PlanDigest.of(other) != digest)
    }
}
