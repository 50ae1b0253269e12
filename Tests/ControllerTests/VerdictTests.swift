import FoundationEssentials
import Model
import Planning
import Testing

@testable import Controller

@Suite struct VerdictTests {
    private let fleet = PretendFleet(["lb1", "lb2"])
    private let transcript = Transcript()

    private static func policy(_ enforcement: String, _ expression: String, name: String = "guard")
        -> String
    {
        """
        apiVersion: apus/v1
        kind: Policy
        metadata: {name: \(name)}
        spec:
          enforcement: \(enforcement)
          validations:
            - expression: "\(expression)"
              message: not so many
        """
    }

    private var yes: Session.ApplyOptions {
        var options = Session.ApplyOptions()
        options.yes = true
        options.actor = "ada"
        return options
    }

    @Test func `a plan that a policy denies is shown, not applied, and the status says so`()
        async throws
    {
        let worktree = try Worktree()
        try worktree.write("guard.yaml", Self.policy("deny", "plan.add < 2"))
        let session = worktree.session(fleet, transcript)
        #expect(await session.run { try await $0.plan(Session.PlanOptions()) } == .deniedByPolicy)
        #expect(
            transcript.out.contains("✗ guard  denies: not so many on lb1, lb2 (guard.yaml:7:19)")
        )
        #expect(await session.run { try await $0.apply(yes) } == .deniedByPolicy)
        #expect(transcript.err.contains("denied by policy, so nothing was applied"))
        #expect(fleet["lb1"].writes.isEmpty)
    }

    @Test(arguments: ["audit", "warn"]) func `a policy that does not deny lets the plan pass`(
        level: String
    ) async throws {
        let worktree = try Worktree()
        try worktree.write("guard.yaml", Self.policy(level, "plan.add < 2"))
        let session = worktree.session(fleet, transcript)
        #expect(await session.run { try await $0.apply(yes) } == .ok)
        #expect(transcript.err.contains("guard"))
    }

    @Test func `an acknowledgement lets exactly this plan pass`() async throws {
        let worktree = try Worktree()
        try worktree.write("guard.yaml", Self.policy("override", "plan.add < 2"))
        let session = worktree.session(fleet, transcript)
        #expect(await session.run { try await $0.apply(yes) } == .deniedByPolicy)
        #expect(transcript.err.contains("apus apply --ack guard=REASON"))
        var applying = yes
        applying.acknowledgements = ["guard": "a new shop"]
        #expect(await session.run { try await $0.apply(applying) } == .ok)
        #expect(transcript.err.contains("acknowledged by ada: a new shop"))
        // Another change is another plan.
        try worktree.servers(["s1: 127.0.0.1:8001", "s3: 127.0.0.1:8003", "s4: 127.0.0.1:8004"])
        #expect(await session.run { try await $0.apply(yes) } == .deniedByPolicy)
    }

    @Test func `a deny is not lifted by an acknowledgement`() async throws {
        let worktree = try Worktree()
        try worktree.write("guard.yaml", Self.policy("deny", "plan.add < 2"))
        var applying = yes
        applying.acknowledgements = ["guard": "please"]
        let session = worktree.session(fleet, transcript)
        #expect(await session.run { try await $0.apply(applying) } == .deniedByPolicy)
    }

    @Test func `a mistake in an expression is found by check, with its character`() async throws {
        let worktree = try Worktree()
        try worktree.write("guard.yaml", Self.policy("deny", "plan.adds < 2"))
        let session = worktree.session(fleet, transcript)
        #expect(await session.run { try await $0.check() } == .error)
        #expect(transcript.err.contains("Plan has no field 'adds'; it has add, change,"))
        #expect(transcript.err.contains("guard.yaml:7:25"))
    }

    @Test func `a saved plan says what policies said`() async throws {
        let worktree = try Worktree()
        try worktree.write("guard.yaml", Self.policy("override", "plan.add < 2"))
        let session = worktree.session(fleet, transcript)
        var planning = Session.PlanOptions()
        planning.out = worktree.folder.path + "/plan.json"
        #expect(await session.run { try await $0.plan(planning) } == .deniedByPolicy)
        var applying = yes
        applying.planFile = planning.out
        #expect(await session.run { try await $0.apply(applying) } == .deniedByPolicy)
        applying.acknowledgements = ["guard": "reviewed"]
        #expect(await session.run { try await $0.apply(applying) } == .ok)
        #expect(fleet["lb1"].servers.count == 2)
    }

    @Test func `tests of policies are run and told`() async throws {
        let worktree = try Worktree()
        let tests = """

              tests:
                - {name: one is fine, plan: {plan: {add: 1}}, expect: pass}
                - {name: two are too many, plan: {plan: {add: 2}}, expect: fail}
            """
        try worktree.write("guard.yaml", Self.policy("deny", "plan.add < 2") + tests)
        let session = worktree.session(fleet, transcript)
        #expect(await session.run { try await $0.testPolicies() } == .ok)
        #expect(transcript.out.hasSuffix("1 policy, 2 tests: all as expected\n"))
        #expect(transcript.out.contains("    ✓ two are too many\n      not so many\n"))
    }

    @Test func `the digest of a change does not depend on who is done`() throws {
        let plan = try Fixture.plan()
        var rest = plan
        rest.proxies.removeFirst()
        #expect(try PlanDigest.of(change: plan) == PlanDigest.of(change: rest))
        #expect(try PlanDigest.of(change: plan) != PlanDigest.of(change: Fixture.plan(steps: 2)))
    }

    @Test func `a zone of the machine's database has its offset`() {
        #expect(TimeZoneDatabase.offset("../etc/passwd", 0) == nil)
        #expect(TimeZoneDatabase.offset("Nowhere/Base", 0) == nil)
        #expect(TimeZoneDatabase.parse([]) == nil)
        guard FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/Europe/Paris") else {
            return
        }
        #expect(TimeZoneDatabase.offset("Europe/Paris", 1_767_268_800) == 3600)
        #expect(TimeZoneDatabase.offset("Europe/Paris", 1_782_907_200) == 7200)
    }
}
