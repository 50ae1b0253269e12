package import Model

/// The smallest safe list of operations that takes a fleet from what was observed to what is desired, as data.
///
/// Holds no secret, no closure and no clock; two plans of the same inputs are equal.
package struct Plan: Hashable, Sendable, Codable {
    /// Raised when a reader of older plans would misread a new one.
    package static let currentSchema = 3

    package var schema = Plan.currentSchema
    package let revision: Revision
    package let fleet: FleetName
    /// Sorted by proxy name; a proxy that needs nothing has no steps.
    package var proxies: [ProxyPlan]

    package init(revision: Revision, fleet: FleetName, proxies: [ProxyPlan]) {
        self.revision = revision
        self.fleet = fleet
        self.proxies = proxies
    }

    package var isEmpty: Bool { proxies.allSatisfy(\.steps.isEmpty) }
}

/// What one proxy is asked to do.
package struct ProxyPlan: Hashable, Sendable, Codable {
    package let proxy: ProxyName
    /// Which process the plan was made for; another one makes it stale.
    package let incarnation: Incarnation
    /// Digest over the observed fields of the objects that have steps: what must still hold at apply.
    package let base: String
    /// In an order that is safe at every prefix.
    package var steps: [Step]
    /// What the plan deliberately leaves alone, e.g. needs a restart, unmanaged, unknown attributes.
    package var remarks: [Remark]
    /// Of the backends that lose weight here, those that must keep some; sorted by backend.
    package var floors: [ServingFloor] = []
    /// Marks of what the proxy does not show of the servers that have steps.
    package var hidden: [HiddenAttributes] = []

    package init(
        proxy: ProxyName,
        incarnation: Incarnation,
        base: String,
        steps: [Step],
        remarks: [Remark] = []
    ) {
        self.proxy = proxy
        self.incarnation = incarnation
        self.base = base
        self.steps = steps
        self.remarks = remarks
    }

    /// The proxy must not be changed by this fleet; the remark says why.
    package var isRefused: Bool { remarks.contains { $0.kind == .refused } }
}

/// One change, the YAML that asked for it and the steps it must come after.
package struct Step: Hashable, Sendable, Codable, Identifiable {
    /// Position in the proxy's plan, counted from 1.
    package let id: Int
    package let change: Change
    package let origin: Origin
    /// Ids of steps that must have succeeded before this one.
    package let after: [Int]

    package init(id: Int, change: Change, origin: Origin, after: [Int] = []) {
        self.id = id
        self.change = change
        self.origin = origin
        self.after = after
    }
}

/// Something seen while planning that no step corrects.
package struct Remark: Hashable, Sendable, Codable {
    /// Why it is worth saying.
    package enum Kind: String, Hashable, Sendable, Codable {
        /// Only another boot file and a restart would bring it about.
        case needsRestart
        /// Lives on the proxy and nobody declared it.
        case unmanaged
        /// The proxy does not tell, so it counts as equal.
        case unknown
        /// Safe, but not yet: e.g. capacity would fall below the floor.
        case postponed
        /// Somebody ordered that it is left alone.
        case suspended
        /// The proxy rejected it before, and nothing it depends on has changed.
        case quarantined
        /// Works, but not as one would expect: e.g. a fleet mixing ring generations.
        case warning
        /// The proxy must not be changed at all, e.g. another owner claimed it; the plan has no steps.
        case refused
    }

    package let kind: Kind
    package let message: String
    package let origin: Origin?

    package init(_ kind: Kind, _ message: String, origin: Origin? = nil) {
        self.kind = kind
        self.message = message
        self.origin = origin
    }
}
