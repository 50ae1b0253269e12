import Model
import RuntimeAPI

/// The thread that changes state: Runtime API sessions, check results, signals, one after the other.
///
/// Everything that one turn of its loop brings is carried out, then published once, and only then answered;
/// so a reply means that workers see the change from their next turn on.
struct ControlThread: ~Copyable {
    /// Tokens of what is not a session; sessions use their descriptor.
    private static let stopToken = UInt64.max
    private static let resultToken = UInt64.max - 1
    private static let reportToken = UInt64.max - 2
    private static let changeToken = UInt64.max - 3
    private static let listenerToken = UInt64(1) << 40
    private var stats = StatsServer([])

    private let service: RuntimeService
    private let plane: WorkerPlane
    private let stop: StopSwitch
    private var isDraining = false
    private var epoll = EpollLoop()
    private var listeners: [RuntimeListener] = []
    /// This thread's copies of listeners whose workers have descriptor tables of their own.
    var workerListeners: [Descriptor] = []
    /// Listening sockets that came by number and stay open for a successor.
    var inherited: [Descriptor] = []
    /// What a successor is given: every listener of the workers.
    var exposed: [Descriptor] = []
    private var hardStopAfter: Milliseconds?
    /// No command is carried out before: a successor reads the state.
    private var frozenUntil = 0
    private static let freezeLimit = 2000
    private var sessions: [Int32: RuntimeConnection] = [:]
    /// Sessions with something to carry out or send, in the order of their events.
    private var busy: [Int32] = []
    private var sessionLimit = 10
    private var isAccepting = true
    private var statsTimeout = Milliseconds(10_000)
    private let startedAt = MonotonicClock.milliseconds
    private let checker: HealthChecker
    private var checkGeneration: UInt64?
    private var buffer = ScratchBuffer(capacity: 262_144)
    /// What becomes of servers is told here.
    private var log = LogWriter()
    /// Replies wait until every worker has seen the newest snapshot, at most until then.
    private var holdsUntil: Milliseconds?
    private static let holdLimit = Milliseconds(100)

    init(service: RuntimeService, plane: WorkerPlane, stop: StopSwitch) {
        self.stop = stop
        self.service = service
        self.plane = plane
        checker = HealthChecker()
        service.holdsDeletions = true
    }

    deinit { buffer.free() }

    /// Milliseconds since the start.
    private var now: Milliseconds { Milliseconds(Int(MonotonicClock.milliseconds - startedAt)) }

    /// Opens every `stats socket`; what fails is added to `errors`.
    mutating func listen(on configuration: ProxyConfiguration, errors: inout [String]) {
        sessionLimit = max(1, configuration.statsMaxconn)
        statsTimeout = configuration.statsTimeout
        stats = StatsServer(configuration.services)
        stats.listen(pid: service.identity.pid, errors: &errors)
        hardStopAfter = configuration.process.hardStopAfter
        for socket in configuration.statsSockets {
            do throws(SocketError) {
                listeners.append(try RuntimeListener(socket))
            } catch {
                errors.append("Starting proxy GLOBAL: \(error)")
            }
        }
    }

    /// What the control thread listens on.
    var listeningDescriptors: [Descriptor] { listeners.map(\.descriptor) }

    /// Works until the process is told to stop, or has drained.
    mutating func run() {
        if let signals = stop.signals?.descriptor {
            epoll.watchLevel(signals, token: Self.stopToken)
        }
        epoll.watchLevel(stop.wakeup.descriptor, token: Self.stopToken)
        epoll.watchLevel(checker.results.wakeup.descriptor, token: Self.resultToken)
        epoll.watchLevel(plane.reports.wakeup.descriptor, token: Self.reportToken)
        epoll.watchLevel(plane.listChanges.wakeup.descriptor, token: Self.changeToken)
        for (index, listener) in listeners.enumerated() {
            epoll.watchLevel(listener.descriptor, token: Self.listenerToken + UInt64(index))
        }
        stats.watch(with: &epoll)
        updateChecks()
        checker.start()
        var request: StopRequest?
        while request == nil { request = turn() }
        finish(draining: request == .drain)
    }

    /// One turn of the loop; what the process was asked to do.
    private mutating func turn() -> StopRequest? {
        var request: StopRequest?
        for index in 0..<epoll.wait(milliseconds: waitTime) {
            let event = epoll.event(index)
            switch event.token {
            case Self.stopToken: request = obeySignals() ?? request
            case Self.resultToken: recordResults()
            case Self.reportToken: recordReports()
            case Self.changeToken: service.apply(plane.listChanges.take())
            case StatsServer.firstToken..<Self.changeToken:
                stats.handle(
                    event,
                    epoll: &epoll,
                    service: service,
                    now: now,
                    buffer: &buffer
                )
            case Self.listenerToken..<StatsServer.firstToken:
                accept(listeners[Int(event.token - Self.listenerToken)])
            default: handle(Int32(truncatingIfNeeded: event.token), event)
            }
        }
        service.sampleRates(now: now)
        service.warmUp(now: now)
        if holdsUntil == nil { carryOut() }
        if let limit = holdsUntil, !plane.isSeen, now < limit { return request }
        holdsUntil = nil
        sendReplies()
        plane.collect()
        return request
    }

    /// What the process was asked to do that ends this loop.
    private mutating func obeySignals() -> StopRequest? {
        while let asked = stop.next() {
            switch asked {
            case .stop, .drain: return asked
            case .status: for line in service.statusLines { SystemProcess.complain(line) }
            case .replace: beginSuccession()
            case .child: break
            }
        }
        return nil
    }

    /// Starts the process that shall follow this one, and lets it ask for the listening sockets.
    private mutating func beginSuccession() {
        guard !isDraining, let descriptor = Succession.begin() else { return }
        open(descriptor, level: .admin, exposesListeners: true)
    }

    private var isFrozen: Bool { now.count < frozenUntil }

    private mutating func carryOut() {
        guard !isFrozen else { return }
        pollWaits()
        let now = now
        for descriptor in busy {
            if sessions[descriptor]?.wantsSockets == true {
                sessions[descriptor]?.give(exposed)
                // What is accepted from now on, the successor would not find in the state file.
                if service.journal != nil { frozenUntil = now.count + Self.freezeLimit }
            }
            sessions[descriptor]?.execute(with: service, now: now)
        }
        service.publishIfNeeded()
        if let failure = service.takeSavingFailure() {
            let text = "\(failure) The last commands are in effect, but a restart would lose them."
            for descriptor in busy { sessions[descriptor]?.withdrawReplies(because: text) }
        }
        updateChecks()
        tellEvents()
        // Who reads `Server deleted.` may stop that server at once.
        if service.takeUnseenDeletions() {
            holdsUntil = Milliseconds(now.count + Self.holdLimit.count)
        }
    }

    /// Stops the workers at once, or lets them finish what they have; a second signal ends waiting.
    private mutating func finish(draining: Bool) {
        isDraining = draining
        for listener in workerListeners { listener.close() }
        workerListeners = []
        for mailbox in plane.mailboxes { mailbox.post(draining ? .drain : .stop) }
        for descriptor in inherited { descriptor.close() }
        var request: StopRequest?
        let limit = hardStopAfter.map { now.count + $0.count } ?? Int.max
        // Not until nobody is connected: who waits at a listener is let in when a worker reads its letter.
        while draining, request != .stop, now.count < limit,
            plane.mailboxes.contains(where: \.hasReader)
        {
            request = turn()
        }
        for mailbox in plane.mailboxes { mailbox.post(.stop) }
        checker.stop()
        stats.close()
        for session in sessions.values { session.close() }
        for listener in listeners { listener.close() }
    }

    // MARK: Sessions

    private mutating func accept(_ listener: RuntimeListener) {
        while sessions.count < sessionLimit {
            guard let descriptor = listener.accept() else { return }
            open(descriptor, level: listener.level, exposesListeners: listener.exposesListeners)
        }
        // Further clients wait in the kernel's queue until a session ends, as in HAProxy.
        isAccepting = false
        for listener in listeners { epoll.forget(listener.descriptor) }
    }

    private mutating func open(
        _ descriptor: Descriptor,
        level: AccessLevel,
        exposesListeners: Bool
    ) {
        sessions[descriptor.number] = RuntimeConnection(
            descriptor,
            level: level,
            exposesListeners: exposesListeners,
            idleTimeout: statsTimeout,
            now: now
        )
        epoll.watch(descriptor, token: UInt64(UInt32(bitPattern: descriptor.number)))
        handleInput(descriptor.number)
    }

    private mutating func handle(_ number: Int32, _ event: EpollLoop.Event) {
        if event.isReadable { handleInput(number) }
        guard sessions[number] != nil, !busy.contains(number) else { return }
        busy.append(number)
    }

    private mutating func handleInput(_ number: Int32) {
        let now = now
        sessions[number]?.isReadable = true
        sessions[number]?.read(through: &buffer, now: now)
        if !busy.contains(number) { busy.append(number) }
    }

    /// Asks again for the answers of `wait` commands.
    private mutating func pollWaits() {
        let now = now
        for (number, session) in sessions where session.wait != nil {
            if sessions[number]?.poll(service, now: now) == true, !busy.contains(number) {
                busy.append(number)
            }
        }
    }

    /// Sends what was answered; sessions that can go on at once stay busy.
    private mutating func sendReplies() {
        var stillBusy: [Int32] = []
        let now = now
        for number in busy {
            sessions[number]?.send()
            sessions[number]?.read(through: &buffer, now: now)
            guard let session = sessions[number] else { continue }
            if session.isFinished {
                close(number)
            } else if session.canGoOn {
                stillBusy.append(number)
            }
        }
        for (number, session) in sessions where session.isIdle(now: now) { close(number) }
        busy = stillBusy
    }

    private mutating func close(_ number: Int32) {
        sessions.removeValue(forKey: number)?.close()
        service.endSession(UInt64(UInt32(bitPattern: number)))
        guard !isAccepting else { return }
        isAccepting = true
        for (index, listener) in listeners.enumerated() {
            epoll.watchLevel(listener.descriptor, token: Self.listenerToken + UInt64(index))
        }
    }

    /// Until the next wait is to be polled or a session's time is over.
    private var waitTime: Int32 {
        if holdsUntil != nil { return 1 }
        if isFrozen { return 20 }
        if !busy.isEmpty { return 0 }
        var limit = isDraining ? 50 : 1000
        for session in sessions.values {
            if let wait = session.wait { limit = min(limit, wait.pollAgainAt.count - now.count) }
        }
        return Int32(max(1, limit))
    }

    // MARK: Health checks

    /// Opens the logs that backends name.
    mutating func openLogs(_ targets: [LogTarget], as sender: LogWriter.Sender) {
        service.keepsEvents = !targets.isEmpty
        if service.keepsEvents { log.open(targets, as: sender, rings: service.rings) }
    }

    private mutating func tellEvents() {
        guard service.keepsEvents else { return }
        let events = service.takeEvents()
        guard !events.isEmpty else { return }
        let time = WallClock.microseconds
        for event in events {
            let text = RawText.make(event.text)
            for target in event.targets {
                log.write(text.slice, to: target, level: event.level, at: time)
            }
            text.free()
        }
        log.flush()
    }

    private mutating func updateChecks() {
        guard checkGeneration != service.checkGeneration else { return }
        checkGeneration = service.checkGeneration
        checker.check(service.checkTargets)
    }

    private mutating func recordResults() {
        for (target, result) in checker.results.take() {
            if let interval = service.record(result, for: target, now: now) {
                let state = service.stateText(of: target)
                checker.schedule(target, after: interval, state: state)
            }
        }
    }

    /// Errors in traffic: the next check comes sooner than it would.
    private mutating func recordReports() {
        for report in plane.reports.take() {
            if let (target, interval) = service.record(report, now: now) {
                checker.hasten(target, to: interval)
            }
        }
    }
}
