import Desired
import Foundation
import Model
import Testing

@testable import Planning

/// The policies that come with Apus, in `policies/`.
struct ShippedPolicyTests {
    private static let policies: [DesiredPolicy] = {
        let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let source = DesiredSource(.worktree(path: top.appending(path: "policies").path))
        guard let revision = try? source.resolve(), let loaded = try? source.load(revision) else {
            return []
        }
        for diagnostic in loaded.diagnostics { Issue.record("\(diagnostic)") }
        return loaded.policies
    }()

    @Test func `a fact is a structure with a table`() {
        let facts: [any Fact.Type] = [PlanFacts.self, BackendFacts.self]
        #expect(facts.count == 2)
    }

    @Test func `they are all there`() {
        #expect(
            Self.policies.map(\.name) == [
                "address-ranges", "backend-tls-verification", "blast-radius", "canary-required",
                "capacity-floor", "certificate-expiry", "certificate-key-strength",
                "certificate-names", "change-window", "health-checks-stay-on", "map-change-size",
                "max-server-removal", "naming", "never-last-server", "operation-ceiling",
                "protected-objects", "weight-jump",
            ]
        )
    }

    @Test(arguments: policies) func `each is explained, compiles and keeps its own tests`(
        policy: DesiredPolicy
    ) {
        #expect(policy.summary.count > 80, "\(policy.name) has no description")
        let (program, diagnostics) = PolicyProgram.compile(policy)
        #expect(diagnostics.map(\.description) == [])
        #expect(policy.tests.contains { $0.passes } && policy.tests.contains { !$0.passes })
        for test in policy.tests {
            guard let (passes, findings) = program?.run(test) else { continue }
            let said = findings.map(\.message).joined(separator: "; ")
            #expect(passes == test.passes, "\(policy.name), \(test.name): \(said)")
            #expect(!said.contains("cannot be evaluated"), "\(policy.name), \(test.name): \(said)")
            // What people read is a sentence, not an expression.
            #expect(!said.contains("does not hold"), "\(policy.name), \(test.name): \(said)")
        }
    }
}
