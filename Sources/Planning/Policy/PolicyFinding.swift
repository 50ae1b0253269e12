package import Model

/// One condition of a policy that a change does not keep.
package struct PolicyFinding: Hashable, Sendable, Codable {
    package let policy: String
    package let enforcement: DesiredPolicy.Enforcement
    /// What is wrong, in the policy's words.
    package let message: String
    /// The expression.
    package let origin: Origin
    package let fleet: String
    /// The proxies that would be changed so.
    package var proxies: [String]
    /// Why it does not count; nil when it does.
    package var exemption: String?
    /// Who acknowledged it and why; nil when nobody did.
    package var acknowledgement: String?

    package init(
        policy: String,
        enforcement: DesiredPolicy.Enforcement,
        message: String,
        origin: Origin,
        fleet: String,
        proxies: [String],
        exemption: String? = nil
    ) {
        self.policy = policy
        self.enforcement = enforcement
        self.message = message
        self.origin = origin
        self.fleet = fleet
        self.proxies = proxies
        self.exemption = exemption
    }

    /// Whether it stops the change.
    package var denies: Bool {
        guard exemption == nil else { return false }
        return switch enforcement {
        case .audit, .warn: false
        case .deny: true
        case .override: acknowledgement == nil
        }
    }

    /// Whether an acknowledgement would let the change through.
    package var awaitsAcknowledgement: Bool { enforcement == .override && denies }
}
