/// What the runtime service asks of the workers: publish, and tell whether a server is still in use.
///
/// Real workers answer through `Published`, mailboxes and the `SlotArena`; the simulation answers with
/// a model of requests. `RuntimeService` and `BackendTable` know neither threads nor sockets nor clocks.
package protocol DataPlane: AnyObject {
    /// Makes `snapshot` current for every worker; `retired` is freed once no worker can hold it.
    func publish(_ snapshot: RoutingSnapshot, retiring retired: [RetiredMemory])
    /// A slot for a new server; its counters start at zero.
    func allocateSlot() -> UInt32
    /// Gives a slot back once every worker has passed the publish that dropped it.
    func releaseSlot(_ slot: UInt32)
    /// Asks every worker to close its idle connections to the slot; asynchronous, idempotent.
    func purgeIdleConnections(of slot: UInt32)
    /// Every worker has seen the newest snapshot and holds neither request nor connection to the slot.
    func isUnused(_ slot: UInt32) -> Bool
    /// Ends what is in progress on the slot (`shutdown sessions server`); asynchronous.
    func shutdownSessions(of slot: UInt32)
    /// Makes the counters of a backend's number usable, all of them 0; no worker knows the number yet.
    func reserve(backend: Int)
    /// Every worker has seen the newest snapshot and has no request in this backend.
    func isUnused(backend: Int) -> Bool
    /// Counters of a slot, summed over the workers.
    func counters(of slot: UInt32) -> ServerCounters
    /// Sessions a slot has had: one of its counters.
    func totalSessions(of slot: UInt32) -> Int
    /// Counters of a frontend by its number.
    func counters(ofFrontend frontend: Int) -> FrontendCounters
    /// Counters of a backend by its number: requests that reached no server included.
    func counters(ofBackend backend: Int) -> BackendCounters
    /// Counters of the process, for `show info`.
    func processCounters() -> ProcessCounters
    /// Makes a frontend's sockets refuse, or accept again what they refused.
    func setListening(_ isListening: Bool, frontend: Int)
    /// Closes a frontend's sockets for good.
    func close(frontend: Int)
    /// Limits the client connections of a frontend, or of the process (nil); 0 is no limit.
    func limit(frontend: Int?, to connections: Int)
    /// Limits how many client connections the process accepts a second; 0 is no limit.
    func limitRate(to connections: Int)
    /// Lets maxima begin anew at what is now; with `all`, lets everything that only grows begin at 0.
    func clearCounters(all: Bool)
    /// How many messages were refused, and the last ones of each proxy.
    var errors: (count: Int, captures: [ErrorCapture]) { get }
    /// Local time since 1970; nil where there is no clock.
    var localMilliseconds: Int? { get }
    /// Prepares a question about sessions in progress, which `ask` puts to the workers.
    func census(_ question: SessionCensus.Question) -> SessionCensus
    /// Asks workers that have more to tell; asynchronous.
    func ask(_ census: SessionCensus)
    /// Asks every worker about itself; asynchronous.
    func survey(withDescriptors: Bool) -> WorkerSurvey
}

/// A data plane without sockets has nothing to do here.
extension DataPlane {
    package func setListening(_ isListening: Bool, frontend: Int) {}
    package func close(frontend: Int) {}
    package func limit(frontend: Int?, to connections: Int) {}
    package func reserve(backend: Int) {}
    package func totalSessions(of slot: UInt32) -> Int { counters(of: slot).totalSessions }
    package func limitRate(to connections: Int) {}
    package func clearCounters(all: Bool) {}
    package func isUnused(backend: Int) -> Bool { true }
    package var errors: (count: Int, captures: [ErrorCapture]) { (0, []) }
    package var localMilliseconds: Int? { nil }
    package func census(_ question: SessionCensus.Question) -> SessionCensus {
        SessionCensus(question, workers: 0)
    }
    package func ask(_ census: SessionCensus) {}
    package func survey(withDescriptors: Bool) -> WorkerSurvey {
        WorkerSurvey(workers: 0, asksForDescriptors: withDescriptors)
    }
}

/// Memory that a newer snapshot no longer names.
package struct RetiredMemory: Sendable {
    package let free: @Sendable () -> Void
    /// So much that the kernel should have it back.
    let isBulk: Bool

    package init(_ array: RawArray<some BitwiseCopyable>, isBulk: Bool = false) {
        self.isBulk = isBulk
        free = { array.free() }
    }

    /// Whatever is not an array.
    init(_ free: @escaping @Sendable () -> Void) {
        isBulk = false
        self.free = free
    }

    /// Compiled expressions and the array that names them.
    init(regexes: RawArray<Regex>) {
        isBulk = false
        free = {
            for index in regexes.indices { regexes[index].free() }
            regexes.free()
        }
    }

    /// A backend that was deleted.
    init(_ backend: BackendSnapshot) {
        isBulk = false
        free = { backend.free() }
    }

    package init(_ arrays: [RawArray<some BitwiseCopyable>]) {
        isBulk = false
        free = { for array in arrays { array.free() } }
    }
}

/// What happened on one server since its slot was allocated; fields as in `show stat`.
package struct ServerCounters: BitwiseCopyable, Sendable {
    package var currentSessions = 0
    package var maxSessions = 0
    package var totalSessions = 0
    package var bytesIn = 0
    package var bytesOut = 0
    package var connectErrors = 0
    package var responseErrors = 0
    package var retries = 0
    package var redispatches = 0
    package var connections = 0
    package var reuses = 0
    package var idleConnections = 0
    package var usedConnections = 0
    /// Requests that wait for this very server; the most there were at once is summed over workers.
    package var queued = 0
    package var maxQueued = 0
    /// Exchanges that one side broke off.
    package var clientAborts = 0
    package var serverAborts = 0
    package var times = TimeStatistics()
    /// Responses by class: 1xx, 2xx, 3xx, 4xx, 5xx, other.
    package var responses: InlineArray<6, Int> = [0, 0, 0, 0, 0, 0]

    package init() {}
}

/// What happened on one frontend; fields as in `show stat`.
package struct FrontendCounters: BitwiseCopyable, Sendable {
    package var currentSessions = 0
    package var maxSessions = 0
    package var totalSessions = 0
    package var requests = 0
    package var bytesIn = 0
    package var bytesOut = 0
    package var requestErrors = 0
    package var deniedRequests = 0
    /// Answered by the proxy itself, e.g. `monitor-uri`.
    package var intercepted = 0
    package var responses: InlineArray<6, Int> = [0, 0, 0, 0, 0, 0]

    package init() {}
}

/// What happened on one backend outside its servers.
package struct BackendCounters: BitwiseCopyable, Sendable {
    package var currentSessions = 0
    package var totalSessions = 0
    package var bytesIn = 0
    package var bytesOut = 0
    /// Requests for which no server could be found.
    package var unserved = 0
    /// Requests that wait for any server; the most there were at once is summed over workers.
    package var queued = 0
    package var maxQueued = 0
    package var clientAborts = 0
    package var serverAborts = 0
    package var times = TimeStatistics()
    package var responses: InlineArray<6, Int> = [0, 0, 0, 0, 0, 0]

    package init() {}
}

/// What happened in the whole process.
package struct ProcessCounters: BitwiseCopyable, Sendable {
    package var currentConnections = 0
    package var totalConnections = 0
    package var totalRequests = 0

    package init() {}
}
