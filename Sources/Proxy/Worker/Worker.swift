/// One thread's share of the proxy: accepts, parses, chooses a server and forwards, all in one epoll loop.
///
/// Shares nothing with other workers but the published snapshot and counters. Its state is plain rows in raw
/// memory, so the request path neither allocates nor counts references.
struct Worker: ~Copyable {
    /// What one side may have waiting before reading from the other side pauses.
    static let outputBound = 65_536
    /// Reads in a row before other connections get their turn.
    static let readBudget = 16
    /// Steps of handshakes in a turn: each may take a millisecond, and requests wait meanwhile.
    static let handshakeBudget = 8

    let number: Int
    var epoll = EpollLoop()
    let published: Published
    let arena: SlotArena
    let totals: TrafficCounters
    let mailbox: Mailbox
    /// Of all workers, to hand places over.
    let mailboxes: [Mailbox]
    let gates: WorkerPlane.Gates
    /// Where servers with `observe` are complained about.
    let reports: TrafficReports
    let limits: ConnectionLimits
    let captures: ErrorCaptures
    /// What rules change of maps and lists.
    let listChanges: ListChanges
    let connections: RawTable<Connection>
    /// What becomes of each client's exchange, under the same index.
    let records: RawTable<ExchangeRecord>
    var timers: TimerWheel
    let pool = BufferPool()
    /// What a read brought; used up before the next read.
    var received = ScratchBuffer(capacity: 65_536)
    /// A message being put together; sent or queued before the next one.
    var outgoing = ScratchBuffer(capacity: 131_072)
    /// Lines that are added to a header; used up before the next header is written.
    var edits = ScratchBuffer(capacity: 65_536)
    /// TLS of every connection, with buffers that they share.
    var tls = TLSPort()
    /// Steps of handshakes that this turn may still take.
    var handshakesLeft = 0
    /// Connections that had to wait for their turn go on.
    private(set) var isResuming = false
    /// A PROXY protocol header being put together.
    var preface = ScratchBuffer(capacity: 512)
    /// The heads being handled, one row each, where `rules` reads them too.
    let requests = RawTable<RequestHead>(zeroed: 1)
    let responses = RawTable<ResponseHead>(zeroed: 1)
    /// Judges the rules of the configuration.
    var rules: Evaluation
    /// Access logs of this worker, sent once a turn.
    var logs = LogWriter()
    var loggedExchanges: Int64 = 0
    var activity = WorkerActivity()
    var balancer = LoadBalancer()
    var random: WorkerRandom
    var snapshot = RoutingSnapshot()
    var now: Int64
    /// Connections whose read budget ran out: descriptor and generation.
    var again = TokenRing(capacity: 1024)
    /// Ends of the queue of clients that wait for a server place.
    var firstQueued: Int32 = 0
    /// When to look for places that nobody hands over.
    private var nextLook: Int64 = 0
    var lastQueued: Int32 = 0
    /// Where the next look over the queue begins, 0 for its front.
    var nextToLook: Int32 = 0
    /// Places of servers, still taken, for requests that wait here.
    var places = TokenRing(capacity: 256)
    /// Every other idle connection that nobody used is closed.
    var purgesNext = false
    var clientCount = 0
    /// One more than the highest descriptor ever seen: where walks over the table end.
    var tableEnd = 0
    var isDraining = false
    var isStopping = false

    /// `capacity` is how many descriptors the process may have; more are refused.
    init(number: Int, plane: WorkerPlane.Share, capacity: Int, seed: UInt64) {
        self.number = number
        published = plane.published
        arena = plane.arena
        totals = plane.totals
        mailbox = plane.mailbox
        mailboxes = plane.mailboxes
        gates = plane.gates
        reports = plane.reports
        limits = plane.limits
        captures = plane.captures
        listChanges = plane.listChanges
        now = MonotonicClock.milliseconds
        connections = RawTable(zeroed: capacity)
        records = RawTable(zeroed: capacity)
        rules = Evaluation(
            requests: requests,
            responses: responses,
            pool: pool,
            seed: seed &+ UInt64(number)
        )
        rules.process.thread = Int64(number)
        rules.counters = totals
        timers = TimerWheel(capacity: capacity, now: now)
        random = WorkerRandom(seed: seed &+ UInt64(number))
        let descriptor = mailbox.wakeup.descriptor
        open(descriptor, as: .mailbox)
        epoll.watchLevel(descriptor, token: token(of: Int(descriptor.number)))
    }

    deinit {
        connections.free()
        records.free()
        rules.free()
        requests.free()
        responses.free()
        received.free()
        outgoing.free()
        edits.free()
        preface.free()
        tls.destroy()
        again.free()
        places.free()
        pool.destroy()
    }

    /// Accepts for a frontend from now on; the worker owns the listener.
    mutating func listen(
        _ descriptor: Descriptor,
        frontend: Int,
        acceptsProxy: Bool = false,
        tls: Int = -1
    ) {
        open(descriptor, as: .listener)
        connections[Int(descriptor.number)].frontend = Int32(frontend)
        connections[Int(descriptor.number)].acceptsProxy = acceptsProxy
        connections[Int(descriptor.number)].bind = Int32(tls)
        epoll.watchLevel(descriptor, token: token(of: Int(descriptor.number)))
    }

    /// Serves until it is told to stop, or to drain and nothing is left.
    mutating func run() {
        while !isStopping, !(isDraining && clientCount == 0) {
            let count = epoll.wait(milliseconds: waitTime)
            snapshot = published.enter(reader: number)
            // Names and rules of backends may have moved, and logs read them without a request at hand.
            if rules.snapshot.generation != snapshot.generation { rules.snapshot = snapshot }
            now = MonotonicClock.milliseconds
            handshakesLeft = Self.handshakeBudget
            activity.turns &+= 1
            activity.events &+= Int64(count)
            for index in 0..<count { handle(epoll.event(index)) }
            resumePaused()
            if firstQueued != 0 || !places.isEmpty { serveWaiting() }
            while let timer = timers.expire(now: now) {
                activity.expiries &+= 1
                expire(timer)
            }
            logs.flush()
            if rules.listEdits.count > 0 { sendListChanges() }
            published.leave(reader: number)
        }
        closeAll()
        logs.flush()
        mailbox.abandon()
    }

    /// The head of the request being handled.
    var request: RequestHead {
        @inline(__always) _read { yield requests[0] }
        @inline(__always) nonmutating _modify { yield &requests[0] }
    }

    /// The head of the response being handled.
    var response: ResponseHead {
        @inline(__always) _read { yield responses[0] }
        @inline(__always) nonmutating _modify { yield &responses[0] }
    }

    private var waitTime: Int32 {
        if !again.isEmpty || !places.isEmpty { return 0 }
        // Servers that came or got a greater limit are noticed by looking.
        let limit: Int64 = firstQueued != 0 ? 20 : 10_000
        return Int32(timers.delay(now: now, limit: limit))
    }

    @inline(__always)
    private mutating func handle(_ event: EpollLoop.Event) {
        let descriptor = Int(event.token & 0xffff_ffff)
        guard connections[descriptor].generation == UInt32(event.token >> 32) else { return }
        switch connections[descriptor].role {
        case .client: handleClient(descriptor, event)
        case .upstream: handleUpstream(descriptor, event)
        case .listener: accept(descriptor)
        case .mailbox: readMail()
        case .free: break
        }
    }

    /// Lets those that wait for servers have the places that were handed to this worker, and from time to time
    /// looks for others. A place whose taker left the queue meanwhile is given on, not kept.
    @inline(never)
    private mutating func serveWaiting() {
        usePlaces()
        guard now >= nextLook else { return }
        nextLook = now + 20
        serveQueue()
    }

    /// Goes on with connections that had more to read than their budget.
    private mutating func resumePaused() {
        isResuming = true
        defer { isResuming = false }
        for _ in 0..<again.count {
            guard let token = again.take() else { return }
            let descriptor = Int(token & 0xffff_ffff)
            guard connections[descriptor].generation == UInt32(token >> 32) else { continue }
            switch connections[descriptor].role {
            case .client: readClient(descriptor)
            case .upstream: readUpstream(descriptor)
            default: break
            }
        }
    }

    @inline(__always)
    func token(of descriptor: Int) -> UInt64 {
        UInt64(descriptor) | UInt64(connections[descriptor].generation) << 32
    }

    /// Takes a row for a new descriptor.
    @inline(__always)
    mutating func open(_ descriptor: Descriptor, as role: Connection.Role) {
        let index = Int(descriptor.number)
        let generation = connections[index].generation
        connections[index] = Connection()
        connections[index].generation = generation
        connections[index].role = role
        if index >= tableEnd { tableEnd = index + 1 }
    }
}
