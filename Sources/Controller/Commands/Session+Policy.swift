import Desired
import FoundationEssentials
import Model
import Planning

/// What `apus policy test -o json` prints.
private struct PolicyTestReport: Encodable {
    struct Test: Encodable {
        let policy: String
        let test: String
        let origin: Origin
        let expected: String
        let got: String
        let messages: [String]
    }

    let schema = 1
    let policies: Int
    let passed: Int
    let failed: Int
    let tests: [Test]
}

/// What `apus policy schema -o json` prints.
private struct PolicySchemaReport: Encodable {
    struct Section: Encodable {
        let name: String
        let summary: String
        let fields: [Field]
    }

    struct Field: Encodable {
        let name: String
        let type: String
        let summary: String
    }

    let schema = 1
    let sections: [Section]
}

extension Session {
    /// What an acknowledgement says.
    package struct AcknowledgeOptions: Hashable, Sendable {
        package var policy = ""
        /// Digest of the plan, as the denial names it.
        package var plan = ""
        package var reason = ""
        package var actor = ""
        package var validity = Duration.seconds(3600)

        package init() {}
    }

    /// `apus policy test`: runs the tests that the policies of a repository bring along.
    package func testPolicies() async throws -> CommandStatus {
        let loaded = try await read(options.ref)
        // Documents may lean on others that are not here: only the policies must be right.
        let mistakes = loaded.withPoliciesChecked
        let inPolicies = Set(loaded.policies.map(\.origin.file))
        let own = mistakes.diagnostics.filter {
            $0.severity == .error && inPolicies.contains($0.origin.file)
        }
        guard own.isEmpty else {
            console.tell(DiagnosticReport(mistakes, columns: console.columns).lines)
            return .error
        }
        guard !loaded.policies.isEmpty else {
            console.fail(
                "\(source.name) has no Policy document, so there is nothing to test\n"
                    + "--worktree reads files that are not committed yet"
            )
            return .error
        }
        let tests = loaded.policies.flatMap(Self.runTests)
        let failed = tests.count { $0.expected != $0.got }
        if options.format == .text {
            console.show(Self.lines(loaded.policies, tests))
        } else {
            try show(
                json: PolicyTestReport(
                    policies: loaded.policies.count,
                    passed: tests.count - failed,
                    failed: failed,
                    tests: tests
                )
            )
        }
        return failed == 0 ? .ok : .error
    }

    private static func runTests(of policy: DesiredPolicy) -> [PolicyTestReport.Test] {
        guard
            let program = PolicyProgram.compile(policy, timeZones: TimeZoneDatabase.offset).program
        else { return [] }
        return policy.tests.map { test in
            let (passes, findings) = program.run(test)
            return PolicyTestReport.Test(
                policy: policy.name,
                test: test.name,
                origin: test.origin,
                expected: test.passes ? "pass" : "fail",
                got: passes ? "pass" : "fail",
                messages: findings.map(\.message)
            )
        }
    }

    private static func lines(_ policies: [DesiredPolicy], _ tests: [PolicyTestReport.Test])
        -> [StyledText]
    {
        var lines: [StyledText] = []
        for policy in policies {
            var head = StyledText(policy.name, .strong)
            head.append("  \(policy.enforcement.rawValue)", .faint)
            lines.append(head)
            let own = tests.filter { $0.policy == policy.name }
            if own.isEmpty { lines.append(StyledText("    no tests", .warning)) }
            for test in own {
                let isRight = test.expected == test.got
                var line = StyledText("    ")
                line.append(isRight ? "✓ " : "✗ ", isRight ? .good : .error)
                line.append(test.test)
                if !isRight {
                    line.append("  expected \(test.expected), got \(test.got)", .error)
                    line.append("  (\(test.origin))", .faint)
                }
                lines.append(line)
                for message in test.messages {
                    var said = StyledText("      ")
                    said.append(message, .faint)
                    lines.append(said)
                }
            }
        }
        let failed = tests.count { $0.expected != $0.got }
        var sum = StyledText()
        sum.append(
            "\(count(policies.count, "policy", "policies")), \(count(tests.count, "test")): "
        )
        sum.append(
            failed == 0 ? "all as expected" : "\(failed) not as expected",
            failed == 0 ? .good : .error
        )
        return lines + [StyledText(), sum]
    }

    /// `apus policy schema`: what expressions can name.
    package func describePolicies() throws -> CommandStatus {
        guard options.format != .text else {
            console.show(PolicyLanguage.documentation)
            return .ok
        }
        let sections = PolicyLanguage.sections.map { section in
            PolicySchemaReport.Section(
                name: section.name,
                summary: section.summary,
                fields: section.fields.map {
                    PolicySchemaReport.Field(
                        name: $0.name,
                        type: $0.type.description,
                        summary: $0.summary
                    )
                }
            )
        }
        try show(json: PolicySchemaReport(sections: sections))
        return .ok
    }

    /// `apus policy acknowledge`: lets one plan pass one policy of level `override`, for some time.
    package func acknowledge(_ acknowledging: AcknowledgeOptions) throws -> CommandStatus {
        let digits = acknowledging.plan.dropFirst("sha256:".count)
        guard acknowledging.plan.hasPrefix("sha256:"), digits.count == 64,
            digits.allSatisfy({ $0.isHexDigit && !$0.isUppercase })
        else {
            console.fail("--plan must be the digest that the denial names, sha256: and 64 digits")
            return .error
        }
        let expires = now() + Int(acknowledging.validity.components.seconds) * 1000
        let acknowledgement = Acknowledgement(
            policy: acknowledging.policy,
            plan: acknowledging.plan,
            reason: acknowledging.reason,
            actor: acknowledging.actor,
            expires: expires
        )
        try openDatabase().acknowledge(acknowledgement)
        console.tell(
            "Acknowledged. \(acknowledging.policy) lets \(acknowledging.plan.prefix(19))… pass until \(WallTime(expires))."
        )
        return .ok
    }
}
