import Model

extension ServerRecord {
    /// Everything that can change on a server, so that a transaction can be undone.
    struct Saved {
        let checkID: CheckTarget.ID
        let endpoint: Endpoint
        let address: SocketAddress
        let adminBits: Int
        let weight: Int
        let maxconn: Int
        let operational: OperationalState
        let history: HealthHistory
        let isCheckEnabled: Bool
        let isCheckPaused: Bool
        let checkAddress: Endpoint?
        let checkPort: Int?
        let agent: AgentRecord?
        let warmth: Int
        let falls: Int
        let lastChange: Milliseconds
        let downSince: Milliseconds?
        let pastDowntime: Int
    }

    /// The state of now.
    var saved: Saved {
        Saved(
            checkID: checkID,
            endpoint: endpoint,
            address: address,
            adminBits: adminBits,
            weight: weight,
            maxconn: maxconn,
            operational: operational,
            history: history,
            isCheckEnabled: isCheckEnabled,
            isCheckPaused: isCheckPaused,
            checkAddress: checkAddress,
            checkPort: checkPort,
            agent: agent,
            warmth: warmth,
            falls: falls,
            lastChange: lastChange,
            downSince: downSince,
            pastDowntime: pastDowntime
        )
    }

    /// Returns to an earlier state.
    func restore(_ saved: Saved) {
        checkID = saved.checkID
        endpoint = saved.endpoint
        address = saved.address
        adminBits = saved.adminBits
        weight = saved.weight
        maxconn = saved.maxconn
        operational = saved.operational
        history = saved.history
        isCheckEnabled = saved.isCheckEnabled
        isCheckPaused = saved.isCheckPaused
        checkAddress = saved.checkAddress
        checkPort = saved.checkPort
        agent = saved.agent
        warmth = saved.warmth
        falls = saved.falls
        lastChange = saved.lastChange
        downSince = saved.downSince
        pastDowntime = saved.pastDowntime
    }
}
