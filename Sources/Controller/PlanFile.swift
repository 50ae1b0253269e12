import Crypto
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
        /// Where the proxies of the plan listen; sorted by name.
        package let targets: [ProxyTarget]
        package let rollout: RolloutSettings
        /// Proxies for which there is no plan, and why.
        package let unplanned: [Unplanned]

        package init(
            plan: Plan,
            targets: [ProxyTarget],
            rollout: RolloutSettings,
            unplanned: [Unplanned] = []
        ) {
            self.plan = plan
            self.targets = targets
            self.rollout = rollout
            self.unplanned = unplanned
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
        package let summary: PlanSummary
        /// Sorted by fleet.
        package let fleets: [Fleet]

        package init(revision: Revision, fleets: [Fleet]) {
            self.revision = revision
            self.fleets = fleets
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
        digest = try Self.digest(of: content)
    }

    /// Opens a saved plan and verifies its digest.
    package init(decoding data: Data) throws(Unreadable) {
        let file: PlanFile
        do {
            file = try JSONDecoder().decode(PlanFile.self, from: data)
        } catch {
            throw Unreadable(
                description:
                    "not a plan of this version of apus; make it again with `apus plan --out`"
            )
        }
        guard file.content.schema == Plan.currentSchema else {
            throw Unreadable(
                description:
                    "a plan of schema \(file.content.schema), this apus reads \(Plan.currentSchema)"
            )
        }
        guard let digest = try? Self.digest(of: file.content), digest == file.digest else {
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

    private static func digest(of content: Content) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let hash = SHA256.hash(data: try encoder.encode(content))
        return "sha256:"
            + hash.map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
    }
}
