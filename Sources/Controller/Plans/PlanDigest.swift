import Crypto
import FoundationEssentials
import Model
package import Planning

/// SHA-256 over the canonical JSON of a value: keys sorted, no white space.
package enum PlanDigest {
    /// `sha256:` and 64 hexadecimal digits; equal for equal plans, whenever they were made.
    ///
    /// What an acknowledgement is bound to: the fleet, the revision, the processes, the bases and the steps.
    package static func of(_ plan: Plan) throws -> String { try of(encoding: plan) }

    /// `sha256:` and 64 hexadecimal digits over what is to be done, whoever it is still to be done to.
    ///
    /// What an acknowledgement is bound to: the fleet, the tree and the steps. Proxies that are done, and
    /// processes that restarted, do not change it.
    package static func of(change plan: Plan) throws -> String {
        struct Change: Encodable {
            let fleet: FleetName
            let tree: String
            let groups: [[Step]]
        }
        let change = Change(
            fleet: plan.fleet,
            tree: plan.revision.tree,
            groups: plan.groups.map(\.steps)
        )
        return try of(encoding: change)
    }

    static func of(encoding value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let hash = SHA256.hash(data: try encoder.encode(value))
        return "sha256:"
            + hash.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
