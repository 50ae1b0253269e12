/// The workers as the control thread sees them: publishes to them, mails them, adds up what they counted.
///
/// Used by the control thread alone; what the workers share with it are `Published`, `SlotArena`, the
/// counter tables and their mailboxes.
package final class WorkerPlane: DataPlane {
    /// What one worker gets of the plane.
    struct Share: Sendable {
        let published: Published
        let arena: SlotArena
        let totals: TrafficCounters
        let mailbox: Mailbox
        let limits: ConnectionLimits
        let mailboxes: [Mailbox]
        let gates: Gates
        let reports: TrafficReports
        let captures: ErrorCaptures
        let listChanges: ListChanges
    }

    /// Places of servers by slot, and who waits for any server of a backend by its number.
    struct Gates: BitwiseCopyable, Sendable {
        let servers: PlaceGates
        let backends: PlaceGates
    }

    let published: Published
    let arena: SlotArena
    let totals: TrafficCounters
    let gates: Gates
    /// What workers observed of servers.
    let reports = TrafficReports()
    /// What rules change of maps and lists.
    let listChanges = ListChanges()
    private(set) var mailboxes: [Mailbox] = []
    private var retired = RetireList()
    private var slotCount: UInt32 = 0
    private var backendCount: Int
    private var freeSlots: [UInt32] = []
    /// Slots given back, each with the epoch after which no worker picks it.
    private var released: [(slot: UInt32, epoch: Int)] = []

    private let limits: ConnectionLimits
    private let captures = ErrorCaptures()
    private var baseline = CounterBaseline()
    /// What frontends listen on, with the length of the queue.
    var listeners: [(descriptor: Descriptor, frontend: Int, backlog: Int32)] = []

    package convenience init(workers: Int, frontends: Int, backends: Int) {
        self.init(workers: workers, frontends: frontends, backends: backends, limits: .none)
    }

    init(workers: Int, frontends: Int, backends: Int, limits: ConnectionLimits) {
        self.limits = limits
        backendCount = backends
        published = Published(RoutingSnapshot(), readers: workers)
        arena = SlotArena(workers: workers)
        totals = TrafficCounters(workers: workers, frontends: frontends, backends: backends)
        gates = Gates(
            servers: PlaceGates(rowLimit: SlotArena.slotLimit),
            backends: PlaceGates(rowLimit: backends + BackendTable.dynamicLimit)
        )
        gates.backends.reserve(rows: max(1, backends))
        mailboxes = (0..<workers).map { _ in Mailbox() }
    }

    package func setListening(_ isListening: Bool, frontend: Int) {
        // A socket with a path could not be made to listen again; its frontend lets nobody in instead.
        for listener in listeners
        where listener.frontend == frontend && listener.descriptor.localAddress.isInternet {
            if isListening {
                listener.descriptor.listenAgain(backlog: listener.backlog)
            } else {
                listener.descriptor.refuse()
            }
        }
    }

    package func close(frontend: Int) {
        for listener in listeners where listener.frontend == frontend {
            listener.descriptor.refuse()
        }
        for mailbox in mailboxes { mailbox.post(.close(frontend: frontend)) }
        listeners.removeAll { $0.frontend == frontend }
    }

    package func limit(frontend: Int?, to connections: Int) {
        limits.set(frontend, to: connections)
    }

    package func limitRate(to connections: Int) { limits.setRate(connections) }

    /// What worker `number` works with.
    func share(ofWorker number: Int) -> Share {
        Share(
            published: published,
            arena: arena,
            totals: totals,
            mailbox: mailboxes[number],
            limits: limits,
            mailboxes: mailboxes,
            gates: gates,
            reports: reports,
            captures: captures,
            listChanges: listChanges
        )
    }

    package func publish(_ snapshot: RoutingSnapshot, retiring memory: [RetiredMemory]) {
        retired.publish(snapshot, through: published, retiring: memory)
    }

    /// Frees what has become unreachable; the control thread calls it now and then.
    package func collect() {
        retired.collect(published)
        guard !released.isEmpty else { return }
        var waiting: [(slot: UInt32, epoch: Int)] = []
        for entry in released {
            if published.oldestSeen >= entry.epoch, holdsNothing(entry.slot) {
                freeSlots.append(entry.slot)
            } else {
                waiting.append(entry)
                purgeIdleConnections(of: entry.slot)
            }
        }
        released = waiting
    }

    package func allocateSlot() -> UInt32 {
        if freeSlots.isEmpty, !released.isEmpty { collect() }
        if let slot = freeSlots.popLast() {
            arena.clear(slot)
            gates.servers.forgetErrors(Int(slot))
            baseline.forget(slot: slot)
            return slot
        }
        defer { slotCount += 1 }
        arena.reserve(Int(slotCount) + 1)
        gates.servers.reserve(rows: Int(slotCount) + 1)
        return slotCount
    }

    package func reserve(backend: Int) {
        gates.backends.reserve(rows: backend + 1)
        totals.reserve(backend: backend)
        baseline.forget(backend: backend)
        backendCount = max(backendCount, backend + 1)
    }

    package func isUnused(backend: Int) -> Bool {
        isSeen && totals.requests(inBackend: backend) == 0
    }

    package func releaseSlot(_ slot: UInt32) {
        released.append((slot, published.epoch))
    }

    package func purgeIdleConnections(of slot: UInt32) {
        for (worker, mailbox) in mailboxes.enumerated()
        where arena.value(.idleConnections, of: slot, worker: worker) > 0 {
            mailbox.post(.purge(slot: slot))
        }
    }

    package func shutdownSessions(of slot: UInt32) {
        gates.servers.shutDown(Int(slot))
        for mailbox in mailboxes { mailbox.post(.shutdownSessions(slot: slot)) }
    }

    package var errors: (count: Int, captures: [ErrorCapture]) { captures.all }

    package var localMilliseconds: Int? {
        let now = WallClock.microseconds / 1000
        return Int(now + WallClock.localOffset(at: now / 1000) * 1000)
    }

    package func census(_ question: SessionCensus.Question) -> SessionCensus {
        SessionCensus(question, workers: mailboxes.count)
    }

    package func ask(_ census: SessionCensus) {
        for number in census.workersToAsk() {
            if mailboxes[number].hasReader {
                mailboxes[number].post(.census(census))
            } else {
                census.answer([], next: nil, worker: number)
            }
        }
    }

    package func survey(withDescriptors: Bool) -> WorkerSurvey {
        let survey = WorkerSurvey(
            workers: mailboxes.count,
            asksForDescriptors: withDescriptors
        )
        for (number, mailbox) in mailboxes.enumerated() {
            if mailbox.hasReader {
                mailbox.post(.survey(survey))
            } else {
                survey.answer(WorkerSurvey.Answer(), worker: number)
            }
        }
        return survey
    }

    /// Every worker has passed the newest publish.
    var isSeen: Bool { published.oldestSeen >= published.epoch }

    package func isUnused(_ slot: UInt32) -> Bool {
        // A request that was in progress at the last purge has put its connection back since.
        purgeIdleConnections(of: slot)
        return isSeen && holdsNothing(slot)
    }

    private func holdsNothing(_ slot: UInt32) -> Bool {
        arena.sum(.currentSessions, of: slot) == 0 && arena.sum(.idleConnections, of: slot) == 0
            && arena.sum(.usedConnections, of: slot) == 0
    }

    package func counters(of slot: UInt32) -> ServerCounters {
        baseline.since(arena.counters(of: slot), ofSlot: slot)
    }

    package func totalSessions(of slot: UInt32) -> Int {
        arena.sum(.totalSessions, of: slot) - baseline.totalSessions(ofSlot: slot)
    }

    package func counters(ofFrontend frontend: Int) -> FrontendCounters {
        baseline.since(totals.counters(ofFrontend: frontend), ofFrontend: frontend)
    }

    package func counters(ofBackend backend: Int) -> BackendCounters {
        baseline.since(totals.counters(ofBackend: backend), ofBackend: backend)
    }

    package func clearCounters(all: Bool) {
        arena.clearMaxima(slots: slotCount, all: all)
        totals.clearMaxima(backends: backendCount, all: all)
        guard all else { return }
        for slot in 0..<slotCount { baseline.set(arena.counters(of: slot), ofSlot: slot) }
        for number in 0..<totals.frontendCount {
            baseline.set(totals.counters(ofFrontend: number), ofFrontend: number)
        }
        for number in 0..<backendCount {
            baseline.set(totals.counters(ofBackend: number), ofBackend: number)
        }
    }

    package func processCounters() -> ProcessCounters { totals.process }
}
