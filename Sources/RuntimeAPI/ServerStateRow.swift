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

    /// The columns in the order of 2.4 and later.
    enum Column: String, CaseIterable, Sendable {
        case backendID = "be_id"
        case backendName = "be_name"
        case serverID = "srv_id"
        case serverName = "srv_name"
        case address = "srv_addr"
        case operationalState = "srv_op_state"
        case adminBits = "srv_admin_state"
        case userWeight = "srv_uweight"
        case initialWeight = "srv_iweight"
        case timeSinceChange = "srv_time_since_last_change"
        case checkStatus = "srv_check_status"
        case checkResult = "srv_check_result"
        case checkHealth = "srv_check_health"
        case checkBits = "srv_check_state"
        case agentBits = "srv_agent_state"
        case backendForcedID = "bk_f_forced_id"
        case serverForcedID = "srv_f_forced_id"
        case fqdn = "srv_fqdn"
        case port = "srv_port"
        case srvRecord = "srvrecord"
        case usesSSL = "srv_use_ssl"
        case checkPort = "srv_check_port"
        case checkAddress = "srv_check_addr"
        case agentAddress = "srv_agent_addr"
        case agentPort = "srv_agent_port"
    }

    /// Sets one column from its bytes.
    mutating func read(_ column: Column, _ word: Range<Int>, _ reader: TableReader)
        throws(TableError)
    {
        switch column {
        case .backendID: backendID = try reader.integer(word)
        case .backendName: backendName = reader.string(word)
        case .serverID: serverID = try reader.integer(word)
        case .serverName: serverName = reader.string(word)
        case .address: address = reader.optional(word)
        case .operationalState: operationalState = try reader.integer(word)
        case .adminBits: adminBits = try reader.integer(word)
        case .userWeight: userWeight = try reader.integer(word)
        case .initialWeight: initialWeight = try reader.integer(word)
        case .timeSinceChange: timeSinceChange = try reader.integer(word)
        case .checkStatus: checkStatus = try reader.integer(word)
        case .checkResult: checkResult = try reader.integer(word)
        case .checkHealth: checkHealth = try reader.integer(word)
        case .checkBits: checkBits = try reader.integer(word)
        case .agentBits: agentBits = try reader.integer(word)
        case .backendForcedID: backendForcedID = try reader.integer(word)
        case .serverForcedID: serverForcedID = try reader.integer(word)
        case .fqdn: fqdn = reader.optional(word)
        case .port: port = try reader.integer(word)
        case .srvRecord: srvRecord = reader.optional(word)
        case .usesSSL: usesSSL = try reader.integer(word) != 0
        case .checkPort: checkPort = try reader.integer(word)
        case .checkAddress: checkAddress = reader.optional(word)
        case .agentAddress: agentAddress = reader.optional(word)
        case .agentPort: agentPort = try reader.integer(word)
        }
    }

    func write(to writer: inout TableWriter) {
        writer.writeWord(backendID)
        writer.writeWord(backendName)
        writer.writeWord(serverID)
        writer.writeWord(serverName)
        writer.writeWord(address)
        for number in [
            operationalState, adminBits, userWeight, initialWeight, timeSinceChange, checkStatus,
            checkResult, checkHealth, checkBits, agentBits, backendForcedID, serverForcedID,
        ] {
            writer.writeWord(number)
        }
        writer.writeWord(fqdn)
        writer.writeWord(port)
        writer.writeWord(srvRecord)
        writer.writeWord(usesSSL ? 1 : 0)
        writer.writeWord(checkPort)
        writer.writeWord(checkAddress)
        writer.writeWord(agentAddress)
        writer.writeWord(agentPort)
        writer.endLine()
    }
}
