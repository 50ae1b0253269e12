import Model
import Testing

@testable import Planning

struct PolicyProgramTests {
    private static let origin = Origin(file: "p.yaml", line: 3, column: 5)

    private static func policy(
        _ expression: String,
        message: String = "",
        enforcement: DesiredPolicy.Enforcement = .deny,
        params: [(String, String)] = []
    ) -> DesiredPolicy {
        var policy = DesiredPolicy(name: "guard", origin: origin)
        policy.enforcement = enforcement
        let runs = [PlacedText.Run(offset: 0, line: 7, column: 20)]
        policy.validations = [
            DesiredPolicy.Validation(
                expression: PlacedText(expression, at: origin, runs: runs),
                message: message,
                messageExpression: nil
            )
        ]
        let entries = params.map { key, value in
            PlacedNode.Entry(
                key: key,
                origin: origin,
                value: PlacedNode(.text(value, isQuoted: false), at: origin)
            )
        }
        policy.params = PlacedNode(.mapping(entries), at: origin)
        return policy
    }

    private static func judge(_ policy: DesiredPolicy, _ facts: PlanFacts = PlanFacts()) throws
        -> [PolicyFinding]
    {
        try #require(PolicyProgram.compile(policy).program).judge(facts)
    }

    @Test(arguments: [
        ("backends.all(b, b.removd.size() == 0)", "p.yaml:7:38: Backend has no field 'removd'"),
        ("params.share > 0.5", "p.yaml:7:27: Params has no field 'share'"),
        ("plan.operations", "p.yaml:7:20: the expression must give bool, not int"),
        ("plan.operations <", "p.yaml:7:37: expected an expression, not the end of the expression"),
    ])
    func `a mistake points at its character in the file`(expression: String, wanted: String) {
        let (program, diagnostics) = PolicyProgram.compile(Self.policy(expression))
        #expect(program == nil)
        #expect(diagnostics.first?.description.hasPrefix(wanted) == true, "\(diagnostics)")
        #expect(diagnostics.first?.context == "in policy guard")
    }

    @Test func `params have the types that YAML gives them`() throws {
        let policy = Self.policy(
            "params.a + 1 == 4 && params.b < 1.0 && params.c && params.d == 'x'",
            params: [("a", "3"), ("b", "0.5"), ("c", "true"), ("d", "x")]
        )
        #expect(try Self.judge(policy).isEmpty)
        #expect(PolicyParameters(policy.params).types["b"] == .double)
    }

    @Test func `what cannot be evaluated does not hold`() throws {
        let findings = try Self.judge(Self.policy("backends[0].declared"))
        let finding = try #require(findings.first)
        #expect(
            finding.message
                == "cannot be evaluated, so it does not hold: index out of range (p.yaml:7:28)"
        )
        #expect(finding.denies)
    }

    @Test func `an exception holds for its fleets until its end`() throws {
        var policy = Self.policy("false", message: "never")
        policy.exemptions = [
            DesiredPolicy.Exemption(
                fleets: ["edge-*"],
                until: PlacedText("2026-12-01T00:00:00Z", at: Self.origin),
                reason: "the move"
            )
        ]
        func denies(_ fleet: String, _ now: String) throws -> Bool {
            var facts = PlanFacts()
            facts.fleet.name = fleet
            facts.now = FactInstant(try #require(CELTime(timestamp: now)))
            return try #require(Self.judge(policy, facts).first).denies
        }
        #expect(try !denies("edge-par", "2026-11-30T23:59:59Z"))
        #expect(try denies("edge-par", "2026-12-01T00:00:00Z"))
        #expect(try denies("core", "2026-11-01T00:00:00Z"))
    }

    @Test(arguments: [
        (DesiredPolicy.Enforcement.audit, false, false), (.warn, false, false),
        (.deny, true, false),
        (.override, true, true),
    ])
    func `only deny and override stop a change`(
        enforcement: DesiredPolicy.Enforcement,
        denies: Bool,
        awaits: Bool
    ) throws {
        let finding = try #require(Self.judge(Self.policy("false", enforcement: enforcement)).first)
        #expect(finding.denies == denies && finding.awaitsAcknowledgement == awaits)
        var lifted = finding
        lifted.acknowledgement = "Ada: known"
        #expect(lifted.denies == (enforcement == .deny))
    }

    @Test func `both revisions must allow a change, and the same is said once`() throws {
        var old = Build.fleet([])
        old.policies = [Self.policy("plan.remove == 0", message: "nothing leaves")]
        var new = Build.fleet([])
        var facts = PlanFacts()
        facts.plan.remove = 1
        facts.proxies = ["lb1"]
        var other = facts
        other.proxies = ["lb2"]
        let findings = PolicyJudge(new, applied: [old]).judge([facts, other])
        #expect(findings.map(\.proxies) == [["lb1", "lb2"]])
        new.policies = old.policies
        #expect(PolicyJudge(new, applied: [old]).judge([facts]).count == 1)
        #expect(PolicyJudge(new).judge([PlanFacts()]).isEmpty)
    }

    @Test func `a policy that cannot be compiled forbids everything`() {
        var fleet = Build.fleet([])
        fleet.policies = [Self.policy("nonsense(")]
        let findings = PolicyJudge(fleet).judge([PlanFacts()])
        #expect(findings.first?.denies == true)
        #expect(findings.first?.message.hasPrefix("cannot be compiled") == true)
    }

    @Test func `dropping a whole kind waits for somebody to say so`() {
        var facts = PlanFacts()
        facts.dropped = ["Backend", "Map"]
        let findings = PolicyJudge(Build.fleet([])).judge([facts])
        #expect(findings.map(\.policy) == ["drops-whole-kind"])
        #expect(findings.first?.awaitsAcknowledgement == true)
        #expect(findings.first?.message == "nothing is declared any more of kind Backend and Map")
    }

    @Test func `fixtures say what they cannot mean`() {
        var reader = FixtureReader(context: "in test")
        let node = PlacedNode(.text("many", isQuoted: false), at: Self.origin)
        let entries = ["removed", "adress", "weight"].map {
            PlacedNode.Entry(key: $0, origin: Self.origin, value: node)
        }
        _ = BackendFacts.read(
            PlacedNode(.mapping(Array(entries.prefix(1))), at: Self.origin),
            &reader
        )
        _ = ServerFacts.read(
            PlacedNode(.mapping(Array(entries.suffix(2))), at: Self.origin),
            &reader
        )
        let said = reader.diagnostics.map(\.message)
        #expect(said.first == "removed is worked out from the other fields")
        #expect(said.last == "expected a whole number")
        #expect(
            said.count == 3 && said[1].hasPrefix("Server has no field \"adress\"; it has name,")
        )
    }

    @Test func `the documentation names every field with its type`() {
        let text = PolicyLanguage.documentation.map(\.plain).joined(separator: "\n")
        for section in PolicyLanguage.sections {
            for field in section.fields {
                #expect(text.contains(field.name) && text.contains("\(field.type)"))
            }
        }
        #expect(
            FleetFacts.table.section.fields.first
                == PolicyLanguage.Field(name: "name", type: .string, summary: "Its name.")
        )
    }
}
