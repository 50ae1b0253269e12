/// A release of a proxy, e.g. 2.6 or 3.0.11; development suffixes are dropped.
package struct ProxyVersion: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let major: Int
    package let minor: Int
    package let patch: Int

    package init(_ major: Int, _ minor: Int, _ patch: Int = 0) {
        self.major = major
        self.minor = minor
        self.patch = patch
    }

    /// Reads the leading `major.minor[.patch]` of `show info`'s Version, e.g. `2.6.12-1+deb12u2`.
    package init?(parsing text: String) {
        let head = text.prefix { $0.isNumber || $0 == "." }
        let parts = head.split(separator: ".").map { Int($0) }
        guard parts.count >= 2, let major = parts[0], let minor = parts[1] else { return nil }
        self.init(major, minor, parts.count > 2 ? parts[2] ?? 0 : 0)
    }

    package var description: String { "\(major).\(minor).\(patch)" }

    package static func < (left: Self, right: Self) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }
}

/// Commands that only some proxies have, as `help` begins their lines.
package enum OptionalCommand: String, Hashable, Sendable, Codable, CaseIterable {
    case addBackend = "add backend"
    case begin
    case enableAgent = "enable agent"
    case showServersConfig = "show servers config"
    case showStateDigest = "show state digest"
    case wait
}

/// What one proxy can do, probed from `show info` and `help`; the planner and the client adapt to it.
package struct ProxyCapabilities: Hashable, Sendable, Codable {
    /// Which program answers.
    package enum Program: String, Hashable, Sendable, Codable {
        case haproxy = "HAProxy"
        case apusProxy = "apus-proxy"
    }

    /// How a weight and an id become ring positions; fleets should not mix them (see `ServerIdentity`).
    package enum RingGeneration: String, Hashable, Sendable, Codable { case idTimes4096, fullHash }

    package let program: Program
    /// The Runtime API level: HAProxy's version, or the one apus-proxy implements.
    package let version: ProxyVersion
    /// Extensions that apus-proxy announces in `show info`.
    package let features: Set<String>

    /// What `help` lists of these; nil when nobody asked, and then the version tells.
    package var commands: Set<OptionalCommand>?

    package init(program: Program, version: ProxyVersion, features: Set<String> = []) {
        self.program = program
        self.version = version
        self.features = features
    }

    /// `wait … srv-removable` (3.0).
    package var hasWait: Bool { has(.wait, since: ProxyVersion(3, 0)) }
    /// `enable agent` (before 2.6).
    package var hasAgentCommands: Bool { has(.enableAgent, since: ProxyVersion(2, 6)) }
    /// `add`, `publish`, `unpublish` and `del backend` (3.4, or where `help` lists them).
    package var hasBackendCommands: Bool { has(.addBackend, since: ProxyVersion(3, 4)) }
    /// `begin … commit` (apus-proxy).
    package var hasTransactions: Bool { commands?.contains(.begin) ?? false }
    /// `show state digest` (apus-proxy).
    package var hasStateDigest: Bool { commands?.contains(.showStateDigest) ?? false }
    /// `guid` on servers, readable with `dump stats-file` (3.0).
    package var hasGUID: Bool { version >= ProxyVersion(3, 0) }
    /// `virt@` and `opt@` maps (3.0).
    package var hasVirtualMaps: Bool { version >= ProxyVersion(3, 0) }
    /// `init-state` for dynamic servers (3.1).
    package var hasInitState: Bool { version >= ProxyVersion(3, 1) }
    /// `prompt i`: a persistent session without prompt (3.2).
    package var hasInteractiveMode: Bool { version >= ProxyVersion(3, 2) }
    /// `<<MARK` payloads (2.9).
    package var hasPayloadMarker: Bool { version >= ProxyVersion(2, 9) }
    /// The longest command with its payload, in bytes: one buffer up to 3.3, 128 KB after.
    package var commandLimit: Int { version >= ProxyVersion(3, 4) ? 128 * 1024 : 16_384 }
    /// HAProxy's own version says what it has where `help` was not read; apus-proxy's says nothing of this.
    private func has(_ command: OptionalCommand, since first: ProxyVersion) -> Bool {
        commands?.contains(command) ?? (version >= first)
    }

    /// `id × 4096` in 2.6–2.9 and from 3.3; a hash of all 32 bits in 3.0–3.2. apus-proxy is of the former.
    package var ring: RingGeneration {
        program == .haproxy && version >= ProxyVersion(3, 0) && version < ProxyVersion(3, 3)
            ? .fullHash : .idTimes4096
    }
}
