package import Model

extension ServerStateRow {
    /// Bits of `srv_admin_state` (`enum srv_admin`, HAProxy 2.4–3.5).
    package enum Admin {
        package static let forcedMaintenance = 0x01
        package static let inheritedMaintenance = 0x02
        /// Set on servers that began in maintenance; stays for ever and means nothing by itself.
        package static let configuredMaintenance = 0x04
        package static let forcedDrain = 0x08
        package static let inheritedDrain = 0x10
        package static let resolutionMaintenance = 0x20
    }

    /// Bits of `srv_check_state` and `srv_agent_state` (`enum chk_st`).
    package enum Check {
        package static let inProgress = 0x01
        package static let configured = 0x02
        package static let enabled = 0x04
        package static let paused = 0x08
    }

    /// The administrative state without the bits that only tell where it came from.
    package var adminState: AdminState {
        if adminBits & 0x23 != 0 { return .maint }
        return adminBits & 0x18 != 0 ? .drain : .ready
    }

    /// Nil for a number that no HAProxy prints.
    package var operational: OperationalState? { OperationalState(rawValue: operationalState) }

    /// The server has a `check`, enabled or not.
    package var isCheckConfigured: Bool { checkBits & Check.configured != 0 }

    /// Checks really run (`enable health`).
    package var isCheckEnabled: Bool { checkBits & Check.enabled != 0 }

    /// Where the server listens; nil when the proxy printed none or a form that is not an address.
    package var endpoint: Endpoint? {
        guard let address else { return nil }
        if let v4 = IPv4Address(address) { return .ipv4(v4, port: UInt16(clamping: port)) }
        if let v6 = IPv6Address(address) { return .ipv6(v6, port: UInt16(clamping: port)) }
        return Endpoint(address)
    }
}
