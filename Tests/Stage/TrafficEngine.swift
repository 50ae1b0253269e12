import Proxy
import Synchronization

/// The thread behind `Traffic`: tables by descriptor, one receive buffer, no allocation in a steady state.
struct TrafficEngine: ~Copyable {
    /// What a descriptor is.
    enum Role: UInt8 { case none, wakeup, listener, origin, client }

    /// One row a descriptor.
    struct Row {
        var role = Role.none
        /// Counts the uses of the descriptor, so that a late event of an earlier use is dropped.
        var generation: UInt32 = 0
        /// Listener and origin: which origin. Client: which target.
        var index = 0
        /// Client: connected. Origin: the answer is a refused health check.
        var flag = false
        /// Client: a request is on its way.
        var isBusy = false
        /// Client: the request as a number in the plan.
        var request = 0
        /// Client: bytes of the body still to come; -1 while the head is incomplete.
        var remaining = -1
        /// Origin: bytes of the answer that the socket has taken.
        var sent = 0
        /// Client: when the request was due, in microseconds since the start.
        var due: Int64 = 0
    }

    let plan: TrafficPlan
    let shared: TrafficShared
    private let listeners: [Descriptor]
    var loop = EpollLoop()
    var rows: [Row]
    var buffer = ScratchBuffer(capacity: 256 * 1024)
    /// Heads that came in pieces, by descriptor; rare.
    var partial: [Int32: [UInt8]] = [:]
    /// Heads of answers that were read before, byte for byte: most answers are repetitions of a few.
    var knownHeads: [(bytes: ScratchBuffer, head: TrafficMessage.Head)] = []
    var answers: [ScratchBuffer] = []
    var refusals = ScratchBuffer(capacity: 128)
    var questions: [ScratchBuffer] = []
    var clients: ClientPool
    var report = TrafficReport()
    var isHealthy: [Bool]
    private let start = ContinuousClock.now
    private var published: Int64 = 0
    private var turns = 0
    var lastExpiry: Int64 = 0
    /// This turn of the loop did something.
    var hasWorked = false

    init(plan: TrafficPlan, listeners: [Descriptor], shared: TrafficShared) {
        self.plan = plan
        self.listeners = listeners
        self.shared = shared
        rows = Array(repeating: Row(), count: 4096)
        clients = ClientPool(plan: plan)
        isHealthy = plan.origins.map { _ in true }
        for origin in plan.origins { answers.append(TrafficMessage.answer(of: origin, plan: plan)) }
        for request in plan.requests {
            questions.append(TrafficMessage.question(request, plan: plan))
        }
        refusals.append("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
    }

    /// Microseconds since the engine was made.
    var now: Int64 {
        let elapsed = (ContinuousClock.now - start).components
        return elapsed.seconds * 1_000_000 + elapsed.attoseconds / 1_000_000_000_000
    }

    mutating func run() {
        take(shared.wakeup.descriptor, as: .wakeup, index: 0)
        loop.watchLevel(shared.wakeup.descriptor, token: token(of: shared.wakeup.descriptor))
        for (index, listener) in listeners.enumerated() {
            take(listener, as: .listener, index: index)
            loop.watchLevel(listener, token: token(of: listener))
        }
        let limit: Int32 = plan.spins ? 0 : plan.rate == nil ? 5 : 1
        let isTimed = plan.spins && plan.rate != nil
        while exchangeState() {
            let count = loop.wait(milliseconds: limit)
            let begin = isTimed ? now : 0
            hasWorked = count > 0
            for index in 0..<count { handle(loop.event(index)) }
            tick()
            if isTimed, hasWorked { report.busy += now - begin }
        }
        closeAll()
    }

    /// Publishes the report and reads what the owner wants; false when it wants the end.
    private mutating func exchangeState() -> Bool {
        // At full load the clock is looked at now and then only: the generator has to outrun the proxy.
        turns += 1
        guard published == 0 || plan.rate != nil || turns % 16 == 0 else { return true }
        let now = now
        guard published == 0 || now - published > 2_000 else { return true }
        published = now
        let state = shared.state.withLock { state in
            state.report = report
            return (state.targets, state.isHealthy, state.isStopping)
        }
        isHealthy = state.1
        clients.retarget(state.0)
        if report.answers.count != clients.targets.count { growAnswers() }
        return !state.2
    }

    private mutating func growAnswers() {
        while report.answers.count < clients.targets.count {
            report.answers.append(Array(repeating: 0, count: plan.origins.count))
        }
    }

    private mutating func handle(_ event: EpollLoop.Event) {
        let number = Int(event.token & 0xffff_ffff)
        guard rows[number].generation == UInt32(event.token >> 32) else { return }
        let descriptor = Descriptor(Int32(number))
        switch rows[number].role {
        case .none: break
        case .wakeup:
            shared.wakeup.clear()
            published = 0
        case .listener: accept(from: descriptor, origin: rows[number].index)
        case .origin: serve(descriptor, event)
        case .client: proceed(descriptor, event)
        }
    }

    /// Registers a row for a descriptor that was just made.
    mutating func take(_ descriptor: Descriptor, as role: Role, index: Int) {
        let number = Int(descriptor.number)
        while rows.count <= number {
            rows.append(contentsOf: repeatElement(Row(), count: rows.count))
        }
        let generation = rows[number].generation &+ 1
        rows[number] = Row()
        rows[number].role = role
        rows[number].generation = generation
        rows[number].index = index
    }

    func token(of descriptor: Descriptor) -> UInt64 {
        UInt64(rows[Int(descriptor.number)].generation) << 32 | UInt64(UInt32(descriptor.number))
    }

    mutating func drop(_ descriptor: Descriptor) {
        rows[Int(descriptor.number)].role = .none
        partial[descriptor.number] = nil
        descriptor.close()
    }

    private mutating func closeAll() {
        for number in rows.indices where rows[number].role != .none && rows[number].role != .wakeup
        {
            Descriptor(Int32(number)).close()
        }
        buffer.free()
        refusals.free()
        for answer in answers { answer.free() }
        for question in questions { question.free() }
        for known in knownHeads { known.bytes.free() }
    }
}
