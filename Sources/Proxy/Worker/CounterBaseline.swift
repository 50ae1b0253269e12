/// What had been counted at the last `clear counters all`, to be left out of what is told from then on.
///
/// Workers own their counters and go on counting; only the control thread knows what it has forgotten.
struct CounterBaseline {
    private var servers: [UInt32: ServerCounters] = [:]
    private var frontends: [Int: FrontendCounters] = [:]
    private var backends: [Int: BackendCounters] = [:]

    mutating func set(_ counters: ServerCounters, ofSlot slot: UInt32) { servers[slot] = counters }
    mutating func set(_ counters: FrontendCounters, ofFrontend number: Int) {
        frontends[number] = counters
    }
    mutating func set(_ counters: BackendCounters, ofBackend number: Int) {
        backends[number] = counters
    }

    /// A slot or a number begins a new life with counters at 0.
    mutating func forget(slot: UInt32) { servers[slot] = nil }
    mutating func forget(backend: Int) { backends[backend] = nil }

    func totalSessions(ofSlot slot: UInt32) -> Int { servers[slot]?.totalSessions ?? 0 }

    func since(_ counters: ServerCounters, ofSlot slot: UInt32) -> ServerCounters {
        guard let base = servers[slot] else { return counters }
        var counters = counters
        counters.totalSessions -= base.totalSessions
        counters.bytesIn -= base.bytesIn
        counters.bytesOut -= base.bytesOut
        counters.connectErrors -= base.connectErrors
        counters.responseErrors -= base.responseErrors
        counters.retries -= base.retries
        counters.redispatches -= base.redispatches
        counters.connections -= base.connections
        counters.reuses -= base.reuses
        counters.clientAborts -= base.clientAborts
        counters.serverAborts -= base.serverAborts
        for kind in 0..<6 { counters.responses[kind] -= base.responses[kind] }
        return counters
    }

    func since(_ counters: FrontendCounters, ofFrontend number: Int) -> FrontendCounters {
        guard let base = frontends[number] else { return counters }
        var counters = counters
        counters.totalSessions -= base.totalSessions
        counters.requests -= base.requests
        counters.bytesIn -= base.bytesIn
        counters.bytesOut -= base.bytesOut
        counters.requestErrors -= base.requestErrors
        counters.deniedRequests -= base.deniedRequests
        counters.intercepted -= base.intercepted
        for kind in 0..<6 { counters.responses[kind] -= base.responses[kind] }
        return counters
    }

    func since(_ counters: BackendCounters, ofBackend number: Int) -> BackendCounters {
        guard let base = backends[number] else { return counters }
        var counters = counters
        counters.totalSessions -= base.totalSessions
        counters.bytesIn -= base.bytesIn
        counters.bytesOut -= base.bytesOut
        counters.unserved -= base.unserved
        counters.clientAborts -= base.clientAborts
        counters.serverAborts -= base.serverAborts
        for kind in 0..<6 { counters.responses[kind] -= base.responses[kind] }
        return counters
    }
}
