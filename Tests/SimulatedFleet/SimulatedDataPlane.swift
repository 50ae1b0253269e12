import Model
import Proxy
import Simulation

/// Stands where the workers stand: requests and idle connections are numbers on slots.
///
/// Like real workers it sees a new snapshot a little later, and it notes whatever a worker would have
/// suffered from: a slot given back or shut down while requests are on it.
final class SimulatedDataPlane: DataPlane {
    private struct Slot {
        var isAllocated = false
        var inFlight = 0
        var idle = 0
        /// When the workers get to closing the idle connections.
        var purgeAt: SimulatedClock.Instant?
        var counters = ServerCounters()
        /// Requests of an earlier life must not be counted in this one.
        var life = 0
    }

    private struct Pending {
        let snapshot: RoutingSnapshot
        let retired: [RetiredMemory]
        let visibleAt: SimulatedClock.Instant
    }

    /// One request on its way.
    struct Ticket: Sendable {
        let slot: UInt32
        let life: Int
    }

    /// What a worker would have suffered from, oldest first.
    private(set) var violations: [String] = []
    /// Requests ended by `shutdown sessions`: whether that was allowed, only the removal's times tell.
    private(set) var shutdowns: [(slot: UInt32, requests: Int)] = []
    private(set) var current = RoutingSnapshot()
    private var pending: [Pending] = []
    private var slots: [Slot] = []
    private var free: [UInt32] = []
    private var released: [UInt32] = []
    private var totals = ProcessCounters()
    private var now = SimulatedClock.Instant(sinceStart: .zero)
    private let lag: Duration
    /// Requests for which a backend had no server.
    private(set) var unserved = 0

    /// `lag` is how late the workers see a snapshot.
    init(lag: Duration) { self.lag = lag }

    deinit {
        for publish in pending { for memory in publish.retired { memory.free() } }
        // The service is gone before its plane, so the newest snapshot belongs to nobody else.
        (pending.last?.snapshot ?? current).free()
    }

    /// Brings the workers to `instant`: call before anything else at a new time.
    func advance(to instant: SimulatedClock.Instant) {
        now = instant
        while let next = pending.first, next.visibleAt <= instant {
            current = next.snapshot
            for memory in next.retired { memory.free() }
            pending.removeFirst()
        }
        if pending.isEmpty, !released.isEmpty {
            free.append(contentsOf: released)
            released.removeAll()
        }
        for index in slots.indices {
            guard let purgeAt = slots[index].purgeAt, purgeAt <= instant else { continue }
            slots[index].purgeAt = nil
            slots[index].idle = 0
        }
    }

    /// A request goes to the slot; nil, and a violation, when the slot belongs to nobody.
    func begin(on slot: UInt32) -> Ticket? {
        guard slots.indices.contains(Int(slot)), slots[Int(slot)].isAllocated else {
            violations.append("a request was sent to slot \(slot), whose server was deleted")
            return nil
        }
        totals.totalRequests += 1
        slots[Int(slot)].inFlight += 1
        slots[Int(slot)].idle = max(0, slots[Int(slot)].idle - 1)
        slots[Int(slot)].counters.totalSessions += 1
        return Ticket(slot: slot, life: slots[Int(slot)].life)
    }

    func end(_ ticket: Ticket) {
        let index = Int(ticket.slot)
        guard slots[index].life == ticket.life, slots[index].inFlight > 0 else { return }
        slots[index].inFlight -= 1
        slots[index].idle = 1
        slots[index].counters.responses[1] += 1
    }

    func noteUnserved() { unserved += 1 }

    func inFlight(on slot: UInt32) -> Int {
        slots.indices.contains(Int(slot)) ? slots[Int(slot)].inFlight : 0
    }

    /// Slots in use, to check that nothing accumulates them.
    var allocatedSlots: Int { slots.count { $0.isAllocated } }

    // MARK: DataPlane

    func publish(_ snapshot: RoutingSnapshot, retiring retired: [RetiredMemory]) {
        pending.append(Pending(snapshot: snapshot, retired: retired, visibleAt: now + lag))
    }

    func allocateSlot() -> UInt32 {
        let slot: UInt32
        if let reused = free.popLast() {
            slot = reused
        } else {
            slot = UInt32(slots.count)
            slots.append(Slot())
        }
        slots[Int(slot)] = Slot(isAllocated: true, life: slots[Int(slot)].life + 1)
        return slot
    }

    func releaseSlot(_ slot: UInt32) {
        guard slots.indices.contains(Int(slot)), slots[Int(slot)].isAllocated else {
            violations.append("slot \(slot) was given back twice")
            return
        }
        if slots[Int(slot)].inFlight > 0 {
            violations.append(
                "slot \(slot) was given back with \(slots[Int(slot)].inFlight) requests on it"
            )
        }
        slots[Int(slot)].isAllocated = false
        released.append(slot)
    }

    func purgeIdleConnections(of slot: UInt32) { slots[Int(slot)].purgeAt = now + lag }

    func isUnused(_ slot: UInt32) -> Bool {
        pending.isEmpty && slots[Int(slot)].inFlight == 0 && slots[Int(slot)].idle == 0
    }

    func shutdownSessions(of slot: UInt32) {
        if slots[Int(slot)].inFlight > 0 { shutdowns.append((slot, slots[Int(slot)].inFlight)) }
        slots[Int(slot)].inFlight = 0
        slots[Int(slot)].idle = 0
        slots[Int(slot)].life += 1
    }

    func counters(of slot: UInt32) -> ServerCounters {
        var counters = slots[Int(slot)].counters
        counters.currentSessions = slots[Int(slot)].inFlight
        counters.idleConnections = slots[Int(slot)].idle
        counters.usedConnections = slots[Int(slot)].inFlight
        return counters
    }

    func counters(ofFrontend frontend: Int) -> FrontendCounters { FrontendCounters() }

    func counters(ofBackend backend: Int) -> BackendCounters { BackendCounters() }

    func processCounters() -> ProcessCounters { totals }
}

extension SimulatedClock.Instant {
    static func + (instant: Self, duration: Duration) -> Self { instant.advanced(by: duration) }
}
