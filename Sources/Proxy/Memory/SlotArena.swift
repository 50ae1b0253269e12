/// Everything that moves on a server, kept at addresses that never change and counted per worker.
///
/// A server is named by its slot. A worker writes only its own counters; the control thread and
/// balancers read the sum. `WorkerPlane` hands slots out and takes them back.
package struct SlotArena: BitwiseCopyable, Sendable {
    /// One number a server has per worker; the names are those of `ServerCounters`.
    package enum Counter: Int {
        case currentSessions, maxSessions, totalSessions, bytesIn, bytesOut, connectErrors
        case responseErrors, retries, redispatches, connections, reuses
        case idleConnections, usedConnections
        /// Requests that wait for this very server.
        case queued, maxQueued
        /// Six counters by class of status; see `responses(ofClass:)`.
        case responses1xx, responses2xx, responses3xx, responses4xx, responses5xx, responsesOther
        /// The worker's own list of idle connections: its first descriptor, 0 when there is none.
        case firstIdle
        /// The same for connections that were reused before.
        case firstProven
        case clientAborts, serverAborts
        /// `CounterTable.timeColumns` of them, see there.
        case times, times1, times2, times3, times4, times5, times6, times7, times8
        /// How many cases come before this one.
        case count

        /// The counter for a status code.
        @inline(__always)
        static func responses(_ status: Int) -> Counter {
            switch status / 100 {
            case 1: .responses1xx
            case 2: .responses2xx
            case 3: .responses3xx
            case 4: .responses4xx
            case 5: .responses5xx
            default: .responsesOther
            }
        }
    }

    /// One million servers; only chunks in use take memory.
    package static let slotLimit = 1 << 20
    private let table: CounterTable

    package init(workers: Int) {
        table = CounterTable(
            columns: Counter.count.rawValue,
            workers: workers,
            rowLimit: Self.slotLimit
        )
    }

    package var workers: Int { table.workers }

    /// Makes slots `0..<count` usable (control thread only).
    package func reserve(_ count: Int) { table.reserve(rows: count) }

    /// Adds to one worker's counter and returns its new value (that worker only).
    @inline(__always) @discardableResult
    package func add(_ amount: Int, to counter: Counter, of slot: UInt32, worker: Int) -> Int {
        table.add(amount, row: Int(slot), column: counter.rawValue, worker: worker)
    }

    /// One worker's counter.
    @inline(__always)
    package func value(_ counter: Counter, of slot: UInt32, worker: Int) -> Int {
        table.load(row: Int(slot), column: counter.rawValue, worker: worker)
    }

    /// Replaces one worker's counter (that worker only).
    @inline(__always)
    package func set(_ value: Int, to counter: Counter, of slot: UInt32, worker: Int) {
        table.store(value, row: Int(slot), column: counter.rawValue, worker: worker)
    }

    /// A counter summed over the workers.
    @inline(__always)
    package func sum(_ counter: Counter, of slot: UInt32) -> Int {
        table.sum(row: Int(slot), column: counter.rawValue)
    }

    /// Requests in progress on the slot, all workers together: what leastconn and maxconn compare.
    @inline(__always)
    package func sessions(of slot: UInt32) -> Int { sum(.currentSessions, of: slot) }

    /// Every counter to zero, for a slot that is given out anew.
    package func clear(_ slot: UInt32) { table.clear(row: Int(slot)) }

    /// Takes the times of one exchange into account.
    @inline(__always)
    func sample(_ times: ExchangeTimes, of slot: UInt32, worker: Int) {
        table.sample(times, row: Int(slot), column: Counter.times.rawValue, worker: worker)
    }

    /// Lets maxima begin anew at what is now; one that a worker raises in the same moment may survive.
    package func clearMaxima(slots: UInt32, all: Bool = false) {
        for slot in 0..<slots {
            for worker in 0..<workers {
                let times = Counter.times.rawValue
                table.clearTimes(row: Int(slot), column: times, worker: worker, all: all)
                let sessions = value(.currentSessions, of: slot, worker: worker)
                set(sessions, to: .maxSessions, of: slot, worker: worker)
                let queued = value(.queued, of: slot, worker: worker)
                set(queued, to: .maxQueued, of: slot, worker: worker)
            }
        }
    }

    /// Gives the memory back once no thread uses the arena any more.
    package func free() { table.free() }

    /// All counters of a slot, summed.
    package func counters(of slot: UInt32) -> ServerCounters {
        var counters = ServerCounters()
        counters.currentSessions = sum(.currentSessions, of: slot)
        counters.maxSessions = sum(.maxSessions, of: slot)
        counters.totalSessions = sum(.totalSessions, of: slot)
        counters.bytesIn = sum(.bytesIn, of: slot)
        counters.bytesOut = sum(.bytesOut, of: slot)
        counters.connectErrors = sum(.connectErrors, of: slot)
        counters.responseErrors = sum(.responseErrors, of: slot)
        counters.retries = sum(.retries, of: slot)
        counters.redispatches = sum(.redispatches, of: slot)
        counters.connections = sum(.connections, of: slot)
        counters.reuses = sum(.reuses, of: slot)
        counters.idleConnections = sum(.idleConnections, of: slot)
        counters.usedConnections = sum(.usedConnections, of: slot)
        counters.queued = sum(.queued, of: slot)
        counters.maxQueued = sum(.maxQueued, of: slot)
        counters.clientAborts = sum(.clientAborts, of: slot)
        counters.serverAborts = sum(.serverAborts, of: slot)
        counters.times = table.times(row: Int(slot), column: Counter.times.rawValue)
        for index in 0..<6 {
            counters.responses[index] = table.sum(
                row: Int(slot),
                column: Counter.responses1xx.rawValue + index
            )
        }
        return counters
    }
}
