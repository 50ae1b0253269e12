/// What workers count on frontends, backends and the process, outside single servers.
struct TrafficCounters: BitwiseCopyable, Sendable {
    enum Frontend: Int {
        case currentSessions, maxSessions, totalSessions, requests, bytesIn, bytesOut
        case requestErrors, deniedRequests, intercepted
        case responses1xx, responses2xx, responses3xx, responses4xx, responses5xx, responsesOther,
            count
    }

    enum Backend: Int {
        case currentSessions, totalSessions, bytesIn, bytesOut, unserved, queued, maxQueued
        case responses1xx, responses2xx, responses3xx, responses4xx, responses5xx, responsesOther
        case clientAborts, serverAborts
        /// `CounterTable.timeColumns` of them, see there.
        case times, times1, times2, times3, times4, times5, times6, times7, times8, count
    }

    private let frontends: CounterTable
    private let backends: CounterTable

    init(workers: Int, frontends frontendCount: Int, backends backendCount: Int) {
        frontends = CounterTable(
            columns: Frontend.count.rawValue,
            workers: workers,
            rowLimit: max(1, frontendCount)
        )
        backends = CounterTable(
            columns: Backend.count.rawValue,
            workers: workers,
            rowLimit: backendCount + BackendTable.dynamicLimit
        )
        frontends.reserve(rows: frontendCount)
        backends.reserve(rows: backendCount)
        self.frontendCount = frontendCount
    }

    let frontendCount: Int

    /// Lets maxima begin anew at what is now; one that a worker raises in the same moment may survive.
    func clearMaxima(backends count: Int, all: Bool = false) {
        for worker in 0..<frontends.workers {
            for row in 0..<frontendCount {
                let now = Frontend.currentSessions.rawValue
                let value = frontends.load(row: row, column: now, worker: worker)
                frontends.store(
                    value,
                    row: row,
                    column: Frontend.maxSessions.rawValue,
                    worker: worker
                )
            }
            for row in 0..<count {
                let now = Backend.queued.rawValue
                let value = backends.load(row: row, column: now, worker: worker)
                backends.store(value, row: row, column: Backend.maxQueued.rawValue, worker: worker)
                let times = Backend.times.rawValue
                backends.clearTimes(row: row, column: times, worker: worker, all: all)
            }
        }
    }

    /// Makes the counters of a backend usable that is added while running; no worker knows its number yet.
    func reserve(backend: Int) {
        backends.reserve(rows: backend + 1)
        backends.clear(row: backend)
    }

    @inline(__always) @discardableResult
    func add(_ amount: Int, to counter: Frontend, of frontend: Int, worker: Int) -> Int {
        frontends.add(amount, row: frontend, column: counter.rawValue, worker: worker)
    }

    @inline(__always) @discardableResult
    func add(_ amount: Int, to counter: Backend, of backend: Int, worker: Int) -> Int {
        backends.add(amount, row: backend, column: counter.rawValue, worker: worker)
    }

    /// Sessions of a backend now, over all workers.
    func sessions(ofBackend backend: Int) -> Int {
        backends.sum(row: backend, column: Backend.currentSessions.rawValue)
    }

    /// Requests that wait for any server of a backend, over all workers.
    func queued(ofBackend backend: Int) -> Int {
        backends.sum(row: backend, column: Backend.queued.rawValue)
    }

    /// Takes the times of one exchange into account.
    @inline(__always)
    func sample(_ times: ExchangeTimes, ofBackend backend: Int, worker: Int) {
        backends.sample(times, row: backend, column: Backend.times.rawValue, worker: worker)
    }

    /// One more waits; how many do at this worker.
    func enqueue(backend: Int, worker: Int) -> Int {
        let count = add(1, to: Backend.queued, of: backend, worker: worker)
        let most = Backend.maxQueued.rawValue
        if count > backends.load(row: backend, column: most, worker: worker) {
            backends.store(count, row: backend, column: most, worker: worker)
        }
        return count
    }

    /// One less.
    func dequeue(backend: Int, worker: Int) -> Int {
        add(-1, to: Backend.queued, of: backend, worker: worker)
    }

    /// Counts one session in, and the most there were at once.
    @inline(__always)
    func open(frontend: Int, worker: Int) {
        let current = add(1, to: Frontend.currentSessions, of: frontend, worker: worker)
        add(1, to: Frontend.totalSessions, of: frontend, worker: worker)
        if current
            > frontends.load(row: frontend, column: Frontend.maxSessions.rawValue, worker: worker)
        {
            frontends.store(
                current,
                row: frontend,
                column: Frontend.maxSessions.rawValue,
                worker: worker
            )
        }
    }

    /// Client connections of one frontend now, over all workers.
    func connections(of frontend: Int) -> Int {
        frontends.sum(row: frontend, column: Frontend.currentSessions.rawValue)
    }

    /// Client connections of all frontends now.
    var connections: Int {
        var total = 0
        for frontend in 0..<frontendCount { total += connections(of: frontend) }
        return total
    }

    /// Requests in one backend now, over all workers.
    func requests(inBackend backend: Int) -> Int {
        backends.sum(row: backend, column: Backend.currentSessions.rawValue)
    }

    /// Counts a response by its class on both sides; no backend when `backend` is negative.
    @inline(__always)
    func countResponse(_ status: Int, frontend: Int, backend: Int, worker: Int) {
        let kind = status / 100 >= 1 && status / 100 <= 5 ? status / 100 - 1 : 5
        frontends.add(
            1,
            row: frontend,
            column: Frontend.responses1xx.rawValue + kind,
            worker: worker
        )
        guard backend >= 0 else { return }
        backends.add(1, row: backend, column: Backend.responses1xx.rawValue + kind, worker: worker)
    }

    func counters(ofFrontend frontend: Int) -> FrontendCounters {
        func sum(_ counter: Frontend) -> Int {
            frontends.sum(row: frontend, column: counter.rawValue)
        }
        var counters = FrontendCounters()
        counters.currentSessions = sum(.currentSessions)
        counters.maxSessions = sum(.maxSessions)
        counters.totalSessions = sum(.totalSessions)
        counters.requests = sum(.requests)
        counters.bytesIn = sum(.bytesIn)
        counters.bytesOut = sum(.bytesOut)
        counters.requestErrors = sum(.requestErrors)
        counters.deniedRequests = sum(.deniedRequests)
        counters.intercepted = sum(.intercepted)
        for kind in 0..<6 {
            counters.responses[kind] = frontends.sum(
                row: frontend,
                column: Frontend.responses1xx.rawValue + kind
            )
        }
        return counters
    }

    func counters(ofBackend backend: Int) -> BackendCounters {
        func sum(_ counter: Backend) -> Int { backends.sum(row: backend, column: counter.rawValue) }
        var counters = BackendCounters()
        counters.currentSessions = sum(.currentSessions)
        counters.totalSessions = sum(.totalSessions)
        counters.bytesIn = sum(.bytesIn)
        counters.bytesOut = sum(.bytesOut)
        counters.unserved = sum(.unserved)
        counters.queued = sum(.queued)
        counters.maxQueued = sum(.maxQueued)
        counters.clientAborts = sum(.clientAborts)
        counters.serverAborts = sum(.serverAborts)
        counters.times = backends.times(row: backend, column: Backend.times.rawValue)
        for kind in 0..<6 {
            counters.responses[kind] = backends.sum(
                row: backend,
                column: Backend.responses1xx.rawValue + kind
            )
        }
        return counters
    }

    /// All frontends together.
    var process: ProcessCounters {
        var process = ProcessCounters()
        for frontend in 0..<frontendCount {
            let counters = counters(ofFrontend: frontend)
            process.currentConnections += counters.currentSessions
            process.totalConnections += counters.totalSessions
            process.totalRequests += counters.requests
        }
        return process
    }
}
