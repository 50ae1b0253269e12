import Model

/// Many checks at once in one epoll loop: each is due, connecting, or reading a response.
struct CheckLoop: ~Copyable {
    struct Check {
        var target: CheckTarget
        /// Row of the timer wheel.
        let timer: Int
        var descriptor: Descriptor?
        var isConnected = false
        var tls = TLSSession()
        var startedAt: Int64 = 0
        /// While the check runs.
        var conversation: CheckConversation?
    }

    private static let capacity = 1 << 18

    private var epoll = EpollLoop()
    private var timers: TimerWheel
    var checks: [CheckTarget.ID: Check] = [:]
    /// The target of each timer in use.
    private var owners: [Int: CheckTarget.ID] = [:]
    private var freeTimers: [Int] = []
    private var timerCount = 0
    private var finished: [(CheckTarget.ID, CheckResult)] = []
    private var buffer = ScratchBuffer(capacity: 4096)
    private var patterns = CheckPatterns()
    var port = TLSPort()
    private var isFirstList = true
    private static let wakeupToken = UInt64.max

    init(_ wakeup: Descriptor) {
        timers = TimerWheel(capacity: Self.capacity, now: MonotonicClock.milliseconds)
        epoll.watchLevel(wakeup, token: Self.wakeupToken)
    }

    deinit {
        buffer.free()
        for check in checks.values { port.free(check.tls) }
        port.destroy()
    }

    /// Follows orders, waits for something to happen, and returns what came out.
    mutating func turn(_ orders: HealthChecker.Orders) -> [(CheckTarget.ID, CheckResult)] {
        var now = MonotonicClock.milliseconds
        if let targets = orders.targets { replace(targets, now: now) }
        for plan in orders.schedule {
            if let check = checks[plan.target] {
                checks[plan.target]?.target.state = plan.state
                timers.set(check.timer, deadline: now + Int64(plan.interval.count))
            }
        }
        for (id, interval) in orders.hastened { hasten(id, to: now + Int64(interval.count)) }
        let count = epoll.wait(milliseconds: Int32(timers.delay(now: now, limit: 1000)))
        now = MonotonicClock.milliseconds
        for index in 0..<count {
            let event = epoll.event(index)
            if event.token != Self.wakeupToken { handle(Int(event.token), event, now: now) }
        }
        while let timer = timers.expire(now: now) { expire(timer, now: now) }
        defer { finished = [] }
        return finished
    }

    /// A check that is under way says all there is to say.
    private mutating func hasten(_ id: CheckTarget.ID, to deadline: Int64) {
        guard let check = checks[id], check.conversation == nil,
            timers.deadline(of: check.timer) > deadline
        else { return }
        timers.set(check.timer, deadline: deadline)
    }

    /// Starts what is new, spread over the interval at boot, and forgets what is gone.
    private mutating func replace(_ targets: [CheckTarget], now: Int64) {
        var kept: Set<CheckTarget.ID> = []
        for (index, target) in targets.enumerated() {
            kept.insert(target.id)
            if checks[target.id] != nil {
                checks[target.id]?.target = target
                continue
            }
            guard let timer = takeTimer() else { continue }
            checks[target.id] = Check(target: target, timer: timer)
            owners[timer] = target.id
            let delay = isFirstList ? Int64(target.interval.count * index / targets.count) : 0
            timers.set(timer, deadline: now + delay)
        }
        isFirstList = false
        for (id, check) in checks where !kept.contains(id) {
            disconnect(id)
            timers.remove(check.timer)
            owners[check.timer] = nil
            freeTimers.append(check.timer)
            checks[id] = nil
        }
    }

    private mutating func takeTimer() -> Int? {
        if let timer = freeTimers.popLast() { return timer }
        guard timerCount < Self.capacity else { return nil }
        timerCount += 1
        return timerCount - 1
    }

    /// A check is due, or has taken too long.
    private mutating func expire(_ timer: Int, now: Int64) {
        guard let id = owners[timer], let check = checks[id] else { return }
        guard check.conversation != nil else { return begin(id, timer, now: now) }
        let isShaking = check.tls.isPresent && !check.tls.isEstablished
        let status: CheckResult.Status =
            check.isConnected ? isShaking ? .layer6Timeout : .layer7Timeout : .layer4Timeout
        follow(fail(id, status), of: id, now: now)
    }

    private mutating func begin(_ id: CheckTarget.ID, _ timer: Int, now: Int64) {
        guard var check = checks[id] else { return }
        check.startedAt = now
        var conversation = CheckConversation(
            check.target.script,
            to: check.target.endpoint,
            state: check.target.state
        )
        let action = conversation.advance(&patterns)
        check.conversation = conversation
        checks[id] = check
        follow(action, of: id, now: now)
    }

    /// Does what a check wants until it waits for the network.
    mutating func follow(
        _ first: CheckConversation.Action,
        of id: CheckTarget.ID,
        now: Int64
    ) {
        var action = first
        while true {
            switch action {
            case .connect(let endpoint):
                guard let failure = connect(id, to: endpoint, now: now) else { return }
                action = failure
            case .send(let bytes):
                guard let descriptor = checks[id]?.descriptor else { return }
                let isSent = bytes.span.withSlice { send($0, of: id, over: descriptor) }
                action = isSent ? advance(id) : fail(id, .layer7InvalidResponse)
            case .receive:
                // It may have come together with what was waited for before.
                if let descriptor = checks[id]?.descriptor { read(id, descriptor, now: now) }
                return
            case .finish(let status, let code, let detail):
                return finish(id, status, code: code, detail: detail, now: now)
            }
        }
    }

    mutating func advance(_ id: CheckTarget.ID) -> CheckConversation.Action {
        checks[id]?.conversation?.advance(&patterns) ?? .receive
    }

    func fail(
        _ id: CheckTarget.ID,
        _ status: CheckResult.Status,
        because reason: String = ""
    )
        -> CheckConversation.Action
    {
        checks[id]?.conversation?.failure(status, because: reason) ?? .receive
    }

    /// Begins a connection, in place of one that a script had before; nil when it is under way.
    private mutating func connect(_ id: CheckTarget.ID, to endpoint: Endpoint, now: Int64)
        -> CheckConversation.Action?
    {
        guard let check = checks[id] else { return .receive }
        disconnect(id)
        checks[id]?.isConnected = false
        let address = SocketAddress(endpoint)
        defer { address.path.free() }
        guard case .success(let descriptor, _) = Descriptor.connect(to: address) else {
            return fail(id, .socketError)
        }
        checks[id]?.descriptor = descriptor
        if let tls = check.target.tls { checks[id]?.tls = tls.check(through: port) ?? TLSSession() }
        let timeout = Int64(min(check.target.connectTimeout, check.target.timeout).count)
        timers.set(check.timer, deadline: now + timeout)
        epoll.watch(descriptor, token: UInt64(check.timer))
        return nil
    }

    private mutating func handle(_ timer: Int, _ event: EpollLoop.Event, now: Int64) {
        guard let id = owners[timer], let check = checks[id], let descriptor = check.descriptor
        else { return }
        if !check.isConnected {
            guard event.isWritable else { return }
            let error = descriptor.pendingError
            guard error == 0 else {
                let reason = SocketError.text(error)
                return follow(fail(id, .layer4Refused, because: reason), of: id, now: now)
            }
            checks[id]?.isConnected = true
            let end = check.startedAt + Int64(check.target.timeout.count)
            timers.set(timer, deadline: max(end, now + 1))
            guard check.tls.isPresent else { return follow(advance(id), of: id, now: now) }
            // The server has its say first, to which this is the question.
            port.arrived.clear()
            return shakeHands(id, descriptor, now: now)
        }
        if event.isReadable { read(id, descriptor, now: now) }
    }

    private mutating func read(_ id: CheckTarget.ID, _ descriptor: Descriptor, now: Int64) {
        while true {
            buffer.clear()
            let check = checks[id]
            let isSealed = check?.tls.isPresent == true
            port.arrived.clear()
            let result =
                isSealed
                ? descriptor.receive(into: &port.arrived) : descriptor.receive(into: &buffer)
            if result == .wouldBlock { return }
            var isLast = true
            if case .bytes = result { isLast = false }
            if let check, isSealed, !isLast, !check.tls.isEstablished {
                shakeHands(id, descriptor, now: now)
                guard checks[id]?.tls.isEstablished == true else { return }
                continue
            }
            let bytes = isSealed ? opened(id, isLast: &isLast) : buffer.bytes.array
            guard
                let action = checks[id]?.conversation?.receive(bytes, isLast: isLast, &patterns)
            else { return }
            if action != .receive { return follow(action, of: id, now: now) }
            if isLast {
                let status: CheckResult.Status =
                    isSealed && check?.tls.isEstablished != true
                    ? .layer6InvalidResponse : .layer7InvalidResponse
                return follow(fail(id, status), of: id, now: now)
            }
        }
    }

    private mutating func finish(
        _ id: CheckTarget.ID,
        _ status: CheckResult.Status,
        code: Int?,
        detail: String,
        now: Int64
    ) {
        guard let check = checks[id] else { return }
        // A connection check ends with the handshake, where there is one.
        let status = status == .layer4OK && check.tls.isEstablished ? .layer6OK : status
        disconnect(id)
        checks[id]?.conversation = nil
        timers.clear(check.timer)
        let duration = Milliseconds(Int(now - check.startedAt))
        finished.append((id, CheckResult(status, code: code, duration: duration, detail: detail)))
    }
}
