import Model

/// Many checks at once in one epoll loop: each is due, connecting, or reading a response.
struct CheckLoop: ~Copyable {
    private struct Check {
        var target: CheckTarget
        /// Row of the timer wheel.
        let timer: Int
        var descriptor: Descriptor?
        var isConnected = false
        var startedAt: Int64 = 0
        var response: [UInt8] = []
    }

    /// Enough to find a status line.
    private static let responseLimit = 512
    private static let capacity = 1 << 18

    private var epoll = EpollLoop()
    private var timers: TimerWheel
    private var checks: [CheckTarget.ID: Check] = [:]
    /// The target of each timer in use.
    private var owners: [Int: CheckTarget.ID] = [:]
    private var freeTimers: [Int] = []
    private var timerCount = 0
    private var finished: [(CheckTarget.ID, CheckResult)] = []
    private var buffer = ScratchBuffer(capacity: 4096)
    private var isFirstList = true
    private static let wakeupToken = UInt64.max

    init(_ wakeup: Descriptor) {
        timers = TimerWheel(capacity: Self.capacity, now: MonotonicClock.milliseconds)
        epoll.watchLevel(wakeup, token: Self.wakeupToken)
    }

    deinit { buffer.free() }

    /// Follows orders, waits for something to happen, and returns what came out.
    mutating func turn(_ orders: HealthChecker.Orders) -> [(CheckTarget.ID, CheckResult)] {
        var now = MonotonicClock.milliseconds
        if let targets = orders.targets { replace(targets, now: now) }
        for (id, interval) in orders.schedule {
            if let check = checks[id] {
                timers.set(check.timer, deadline: now + Int64(interval.count))
            }
        }
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
            check.descriptor?.close(byReset: true)
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
        if check.descriptor == nil {
            begin(id, timer, now: now)
        } else {
            finish(id, check.isConnected ? .layer7Timeout : .layer4Timeout, now: now)
        }
    }

    private mutating func begin(_ id: CheckTarget.ID, _ timer: Int, now: Int64) {
        guard var check = checks[id] else { return }
        check.startedAt = now
        check.isConnected = false
        check.response = []
        let address = SocketAddress(check.target.endpoint)
        defer { address.path.free() }
        guard case .success(let descriptor, _) = Descriptor.connect(to: address) else {
            checks[id] = check
            finish(id, .socketError, now: now)
            return
        }
        check.descriptor = descriptor
        checks[id] = check
        let timeout = min(check.target.connectTimeout, check.target.timeout)
        timers.set(timer, deadline: now + Int64(timeout.count))
        epoll.watch(descriptor, token: UInt64(timer))
    }

    private mutating func handle(_ timer: Int, _ event: EpollLoop.Event, now: Int64) {
        guard let id = owners[timer], let check = checks[id], let descriptor = check.descriptor
        else { return }
        if !check.isConnected {
            guard event.isWritable else { return }
            guard descriptor.pendingError == 0 else {
                finish(id, .layer4Refused, now: now)
                return
            }
            guard let http = check.target.http else {
                finish(id, .layer4OK, now: now)
                return
            }
            checks[id]?.isConnected = true
            let end = check.startedAt + Int64(check.target.timeout.count)
            timers.set(timer, deadline: max(end, now + 1))
            let bytes = HTTPCheck.request(http, to: check.target.endpoint)
            let result = bytes.span.withSlice { descriptor.send($0) }
            guard case .bytes(bytes.count) = result else {
                finish(id, .layer7InvalidResponse, now: now)
                return
            }
        }
        if event.isReadable { read(id, descriptor, now: now) }
    }

    private mutating func read(_ id: CheckTarget.ID, _ descriptor: Descriptor, now: Int64) {
        while true {
            buffer.clear()
            let result = descriptor.receive(into: &buffer)
            if result == .wouldBlock { return }
            guard let check = checks[id], let http = check.target.http else { return }
            var isLast = true
            if case .bytes = result {
                isLast = false
                checks[id]?.response += buffer.bytes.array
            }
            let response = checks[id]?.response ?? []
            if let status = HTTPCheck.status(in: response) {
                let outcome: CheckResult.Status =
                    http.accepts(status: status) ? .layer7OK : .layer7WrongStatus
                finish(id, outcome, code: status, now: now)
                return
            }
            if isLast || response.count > Self.responseLimit {
                finish(id, .layer7InvalidResponse, now: now)
                return
            }
        }
    }

    private mutating func finish(
        _ id: CheckTarget.ID,
        _ status: CheckResult.Status,
        code: Int? = nil,
        now: Int64
    ) {
        guard let check = checks[id] else { return }
        // By reset, so that thousands of checks leave no sockets in TIME_WAIT.
        check.descriptor?.close(byReset: true)
        checks[id]?.descriptor = nil
        timers.clear(check.timer)
        let duration = Milliseconds(Int(now - check.startedAt))
        finished.append((id, CheckResult(status, code: code, duration: duration)))
    }
}

/// The bytes of an HTTP check.
enum HTTPCheck {
    /// `http-check send` as HAProxy writes it: connection closed after the answer.
    static func request(_ check: HTTPCheckConfiguration, to endpoint: Endpoint) -> [UInt8] {
        var text = "\(check.method) \(check.uri) \(check.version)\r\n"
        let names = check.headers.map { $0.name.lowercased() }
        if check.version == "HTTP/1.1", !names.contains("host") { text += "host: \(endpoint)\r\n" }
        for header in check.headers { text += "\(header.name): \(header.value)\r\n" }
        if !check.body.isEmpty { text += "content-length: \(check.body.utf8.count)\r\n" }
        text += "connection: close\r\n\r\n\(check.body)"
        return Array(text.utf8)
    }

    /// The status of a response whose first line has arrived so far; nil while it cannot be told.
    static func status(in response: [UInt8]) -> Int? {
        guard response.count >= 13, response.starts(with: "HTTP/1.".utf8), response[8] == 32 else {
            return nil
        }
        let digits = response[9..<12]
        guard digits.allSatisfy({ ASCII.isDigit($0) }), response[12] == 32 || response[12] == 13
        else {
            return nil
        }
        return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }
}
