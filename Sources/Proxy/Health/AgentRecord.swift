import Model

/// The agent of one server: where it is asked, what it is sent, and what it said last.
struct AgentRecord {
    /// Changes with where it is asked.
    var checkID: CheckTarget.ID
    var isEnabled = true
    /// False once it, or an operator in its place, said that the server is down.
    var isHealthy = true
    /// Nil for the server's own.
    var address: Endpoint?
    /// 0 for the server's own.
    var port: Int
    /// Sent before it is listened to; nil for nothing.
    var text: String?
    var last: CheckResult?

    /// As declared.
    init(_ attributes: ServerAttributes, checkID: CheckTarget.ID, isEnabled: Bool) {
        self.checkID = checkID
        self.isEnabled = isEnabled
        address = attributes.word(.agentAddr).flatMap { IPText.endpoint($0) ?? Endpoint($0) }
        port = attributes.integer(.agentPort) ?? 0
        text = attributes.word(.agentSend)
    }

    /// Checks alone do not bring the server back.
    var isKeepingDown: Bool { isEnabled && !isHealthy }

    /// Takes part in a digest of what an operator can change.
    func combine(into hash: inout StateHash) {
        hash.combine(isEnabled ? 1 : 0)
        hash.combine(address?.description ?? "-")
        hash.combine(port)
        hash.combine(text ?? "")
    }

    /// What `HealthChecker` needs to ask it.
    func target(of server: ServerRecord, _ check: CheckConfiguration, connectTimeout: UInt32)
        -> CheckTarget
    {
        let interval = server.attributes.duration(.agentInter) ?? Milliseconds(2000)
        let usual = server.endpoint.port ?? 0
        var target = CheckTarget(
            id: checkID,
            slot: server.slot,
            endpoint: (address ?? server.endpoint)
                .with(port: port == 0 ? usual : UInt16(clamping: port)),
            interval: interval,
            timeout: check.timeout ?? interval
        )
        let connect = connectTimeout == 0 ? interval : Milliseconds(Int(connectTimeout))
        target.connectTimeout = min(connect, target.timeout)
        var script = CheckScript(.agent)
        if let text { script.steps.append(CheckStep(.send(Array(text.utf8)))) }
        script.steps.append(CheckStep(.expect(CheckExpectation(.agentLine))))
        target.script = script
        return target
    }
}
