/// `show servers state`: what the proxy knows of each server, for a reader that looks columns up by name.
package struct ServerStateTable: Hashable, Sendable {
    package var rows: [ServerStateRow]

    package init(rows: [ServerStateRow] = []) { self.rows = rows }
}

/// One server of `show servers state`; a nil text prints as `-` (format version 1, HAProxy 2.4–3.5).
package struct ServerStateRow: Hashable, Sendable {
    package var backendID: Int
    package var backendName: String
    package var serverID: Int
    package var serverName: String
    package var address: String?
    package var operationalState: Int = 0
    /// Bits of `ServerStateRow.Admin`.
    package var adminBits: Int = 0
    package var userWeight: Int = 1
    package var initialWeight: Int = 1
    /// Seconds since the operational state changed.
    package var timeSinceChange: Int = 0
    package var checkStatus: Int = 0
    package var checkResult: Int = 0
    package var checkHealth: Int = 0
    /// Bits of `ServerStateRow.Check`.
    package var checkBits: Int = 0
    package var agentBits: Int = 0
    package var backendForcedID: Int = 0
    package var serverForcedID: Int = 0
    package var fqdn: String?
    package var port: Int = 0
    package var srvRecord: String?
    package var usesSSL = false
    package var checkPort: Int = 0
    package var checkAddress: String?
    package var agentAddress: String?
    package var agentPort: Int = 0

    package init(backendID: Int, backendName: String, serverID: Int, serverName: String) {
        self.backendID = backendID
        self.backendName = backendName
        self.serverID = serverID
        self.serverName = serverName
    }
}
