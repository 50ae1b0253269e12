package import FoundationEssentials
package import Model
package import Planning

/// Saved plans of one or more fleets: JSON that names its own content by SHA-256.
///
/// The digest covers the canonical encoding (keys sorted, no white space), so the plan that was
/// reviewed is the plan that is applied; an edited file, or one of another version, is refused.
package struct PlanFile: Hashable, Sendable, Codable {
    /// One fleet's plan with what applying it needs to know.
    package struct Fleet: Hashable, Sendable, Codable {
        package let plan: Plan
        /// What an acknowledgement of this fleet's plan names: `PlanDigest.of(change:)`.
        package let digest: String
        /// Where the proxies of the plan listen; sorted by name.
        package let targets: [ProxyTarget]
        package let rollout: RolloutSettings
        /// Proxies for which there is no plan, and why.
        package let unplanned: [Unplanned]
        /// What policies say of the plan; one that they deny cannot be applied.
        package let findings: [PolicyFinding]

        package init(
            plan: Plan,
            targets: [ProxyTarget],
            rollout: RolloutSettings,
            unplanned: [Unplanned] = [],
            findings: [PolicyFinding] = []
        ) throws {
            self.plan = plan
            digest = try PlanDigest.of(change: plan)
            self.targets = targets
            self.rollout = rollout
            self.unplanned = unplanned
            self.findings = findings
        }
    }

    /// A proxy that could not be observed.
    package struct Unplanned: Hashable, Sendable, Codable {
        package let proxy: ProxyName
        package let reason: String

        package init(proxy: ProxyName, reason: String) {
            self.proxy = proxy
            self.reason = reason
        }
    }

    /// What the digest covers.
    package struct Content: Hashable, Sendable, Codable {
        package var schema = Plan.currentSchema
        package let revision: Revision
        /// When it was made, in milliseconds since 1970.
        package let created: Int
        /// From when on nobody may apply it any more, in milliseconds since 1970.
        package let expires: Int
        package let summary: PlanSummary
        /// Sorted by fleet.
        package let fleets: [Fleet]

        /// A plan made at `created` that may be applied for `validity`.
        package init(
            revision: Revision,
            fleets: [Fleet],
            created: Int,
            validity: Duration = .seconds(86_400)
        ) {
            self.revision = revision
            self.fleets = fleets
            self.created = created
            expires = created + Int(validity.components.seconds) * 1000
            summary = PlanSummary(of: fleets.map(\.plan))
        }
    }

    /// The file is not a plan that can be applied; says why.
    package struct Unreadable: Error, Hashable, CustomStringConvertible {
        package let description: String
    }

    /// `sha256:` and 64 hexadecimal digits.
    package let digest: String
    package let content: Content

    /// Names the content by its digest, which costs as much as writing it.
    package init(sealing content: Content) throws {
        self.content = content
        digest = try PlanDigest.of(encoding: content)
    }

    /// Opens a saved plan and verifies its digest.
    package init(decoding data: Data) throws(Unreadable) {
        struct Version: Decodable {
            struct Content: Decodable { let schema: Int }
            let content: Content
        }
        let file: PlanFile
        if let found = try? JSONDecoder().decode(Version.self, from: data).content.schema,
            found != Plan.currentSchema
        {
            throw Unreadable(
                description:
                    "a plan of schema \(found), this apus reads \(Plan.currentSchema); make it again with `apus plan --out`"
            )
        }
        do {
            file = try JSONDecoder().decode(PlanFile.self, from: data)
        } catch {
            throw Unreadable(
                description:
                    "not a plan that apus saved; make one with `apus plan --out`"
            )
        }
        guard let digest = try? PlanDigest.of(encoding: file.content), digest == file.digest else {
            throw Unreadable(
                description:
                    "changed after it was made: the content does not have the digest \(file.digest)"
            )
        }
        self = file
    }

    /// The file's text: indented, keys sorted, ended by a newline.
    package func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        return try encoder.encode(self) + Data("\n".utf8)
    }
}
