import Model
import Proxy

/// A data plane without workers: it remembers what it was told and answers what a test sets.
final class FakeDataPlane: DataPlane {
    private(set) var snapshot = RoutingSnapshot()
    private(set) var publishes = 0
    private(set) var releasedSlots: [UInt32] = []
    private(set) var listening: [Int: Bool] = [:]
    private(set) var closed: [Int] = []
    /// By frontend; -1 is the process.
    private(set) var limits: [Int: Int] = [:]
    private(set) var purgedSlots: [UInt32] = []
    private(set) var shutSlots: [UInt32] = []
    /// Slots that somebody still uses.
    var usedSlots: Set<UInt32> = []
    /// Numbers of backends that somebody still uses.
    var usedBackends: Set<Int> = []
    /// Requests in a backend now.
    var requests: [Int: Int] = [:]
    var serverCounters: [UInt32: ServerCounters] = [:]
    private var nextSlot: UInt32 = 0

    func publish(_ snapshot: RoutingSnapshot, retiring retired: [RetiredMemory]) {
        self.snapshot = snapshot
        publishes += 1
        for memory in retired { memory.free() }
    }

    func allocateSlot() -> UInt32 {
        defer { nextSlot += 1 }
        return nextSlot
    }

    func releaseSlot(_ slot: UInt32) { releasedSlots.append(slot) }
    func purgeIdleConnections(of slot: UInt32) { purgedSlots.append(slot) }
    func isUnused(_ slot: UInt32) -> Bool { !usedSlots.contains(slot) }
    func shutdownSessions(of slot: UInt32) { shutSlots.append(slot) }
    func counters(of slot: UInt32) -> ServerCounters { serverCounters[slot] ?? ServerCounters() }
    func counters(ofFrontend frontend: Int) -> FrontendCounters { FrontendCounters() }
    func counters(ofBackend backend: Int) -> BackendCounters {
        var counters = BackendCounters()
        counters.currentSessions = requests[backend] ?? 0
        return counters
    }
    func isUnused(backend: Int) -> Bool { !usedBackends.contains(backend) }
    func processCounters() -> ProcessCounters { ProcessCounters() }
    func setListening(_ isListening: Bool, frontend: Int) { listening[frontend] = isListening }
    func close(frontend: Int) { closed.append(frontend) }
    private(set) var rateLimits: [Int] = []
    private(set) var clears: [Bool] = []
    func limitRate(to connections: Int) { rateLimits.append(connections) }
    func clearCounters(all: Bool) { clears.append(all) }
    func limit(frontend: Int?, to connections: Int) { limits[frontend ?? -1] = connections }

    /// Slots of a backend's servers that workers may use.
    func slots(ofBackend number: Int) -> [UInt32] {
        let servers = snapshot.backends[number].servers
        return servers.indices.map { servers[$0].slot }
    }
}
