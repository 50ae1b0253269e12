/// What one proxy really runs, as its Runtime API tells; configured and operational state stay apart.
package struct ObservedProxy: Hashable, Sendable {
    package var name: ProxyName
    package var incarnation: Incarnation
    package var capabilities: ProxyCapabilities
    /// Keyed by the proxy's own name of the backend.
    package var backends: [BackendName: ObservedBackend]
    /// Only the maps that were asked for; a map the proxy does not have is absent.
    package var maps: [PatternFileName: ObservedMap]
    /// Patterns in the order of the dump; only the lists that were asked for.
    package var acls: [PatternFileName: [String]] = [:]
    /// Only the limits that were asked for; 0 where the proxy has none.
    package var limits: [LimitTarget: Int] = [:]
    /// Only what was asked for.
    package var certificates = ObservedCertificates()

    package init(name: ProxyName, incarnation: Incarnation, capabilities: ProxyCapabilities) {
        self.name = name
        self.incarnation = incarnation
        self.capabilities = capabilities
        backends = [:]
        maps = [:]
    }
}

/// One life of a proxy process: a different pair means it restarted and lost its runtime state.
package struct Incarnation: Hashable, Sendable, Codable, CustomStringConvertible {
    package let pid: Int
    /// `Start_time_sec` of `show info`; 0 where the proxy does not tell (before 2.5).
    package let startTime: Int

    package init(pid: Int, startTime: Int) {
        self.pid = pid
        self.startTime = startTime
    }

    package var description: String { "pid \(pid), started \(startTime)" }
}

/// One backend as observed.
package struct ObservedBackend: Hashable, Sendable {
    package let name: BackendName
    package let id: Int
    package var servers: [ServerName: ObservedServer]
    /// `guid`, where the proxy has one.
    package var guid: String?
    /// Reachable by rules; only a backend made at runtime can be otherwise (`unpublish backend`).
    package var isPublished = true

    package init(name: BackendName, id: Int, servers: [ServerName: ObservedServer] = [:]) {
        self.name = name
        self.id = id
        self.servers = servers
    }
}

/// One server as observed; `nil` always means *the proxy did not tell*.
package struct ObservedServer: Hashable, Sendable {
    package let name: ServerName
    package var id: Int
    package var endpoint: Endpoint?
    package var admin: AdminState
    package var weight: Weight
    package var operational: OperationalState
    /// Configured with `check`.
    package var isChecked: Bool
    /// Checks are running (`enable health` was given).
    package var isCheckEnabled: Bool
    /// The last check that ended passed; true also where nothing is checked.
    package var hasPassedCheck = true
    package var isAgentChecked = false
    package var isBackup = false
    package var maxconn: Int?
    package var checkAddress: String?
    package var checkPort: Int?
    package var agentAddress: String?
    package var agentPort: Int?
    /// `guid`, where the proxy has one.
    package var guid: String?
    /// Requests and connections in progress.
    package var currentSessions: Int?

    package init(name: ServerName, id: Int, endpoint: Endpoint?) {
        self.name = name
        self.id = id
        self.endpoint = endpoint
        admin = .ready
        weight = .one
        operational = .running
        isChecked = false
        isCheckEnabled = false
    }

    /// Takes new traffic now: ready, and up or unchecked.
    package var isServing: Bool { admin == .ready && operational != .stopped && weight > .zero }
}

extension Weight {
    fileprivate static var zero: Weight { Weight(0) ?? .one }
}

/// A map's live entries in the order of the proxy's dump.
package struct ObservedMap: Hashable, Sendable {
    package let name: PatternFileName
    package var entries: [MapEntry]

    package init(name: PatternFileName, entries: [MapEntry] = []) {
        self.name = name
        self.entries = entries
    }
}

/// One key and its value; keys may repeat, the first match wins.
package struct MapEntry: Hashable, Sendable, Codable {
    package let key: String
    package let value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}
